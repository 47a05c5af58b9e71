"""A person with a browser: sees what is on air, plays it, hears of what happens; by keyboard or by screen reader."""

import asyncio
import os
import subprocess
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
from fastapi import APIRouter, Response
from sqlalchemy.ext.asyncio import AsyncEngine

from libs.events.jetstream.log import JetStreamLog
from libs.service.broker import Broker
from parlor.demo.browser import Browser, browsing, chromium
from services.rooms.config import RoomsSettings
from services.rooms.main import build
from tests.integration.rooms.conftest import broker, log, settings
from tests.integration.rooms.running import Lobby, Visitor, running

__all__ = ["broker", "log", "settings"]

pytestmark = [pytest.mark.e2e, pytest.mark.skipif(chromium() is None, reason="there is no Chromium")]


class Sound:
    """Stands for the edge: ten seconds of a tone in every room."""

    name = "sound"

    def __init__(self, mp3: bytes) -> None:
        router = APIRouter()
        router.get("/live/{name}")(lambda name: Response(mp3, media_type="audio/mpeg", headers={"X-Room": name}))
        self.routers: Sequence[APIRouter] = (router,)

    async def start(self) -> None:
        """Nothing to do."""

    async def unready(self) -> str | None:
        """Always ready."""
        return None

    async def drain(self) -> None:
        """Nothing to do."""


@pytest.fixture(scope="module")
def mp3(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Ten seconds of 440 Hz."""
    path = tmp_path_factory.mktemp("sound") / "tone.mp3"
    tone = ["-f", "lavfi", "-i", "sine=frequency=440:duration=10", "-b:a", "64k", str(path)]
    subprocess.run(["ffmpeg", "-v", "error", "-y", *tone], check=True)
    return path.read_bytes()


@pytest.fixture
async def lobby(
    settings: RoomsSettings, broker: Broker, log: JetStreamLog, database: AsyncEngine, mp3: bytes
) -> AsyncIterator[Lobby]:
    """The service, and something to hear."""
    async with running([build(settings, broker, log, database), Sound(mp3)]) as base:
        entered = Lobby(base)
        yield entered
        await entered.client.aclose()


@pytest.fixture
async def page(tmp_path: Path) -> AsyncIterator[Browser]:
    """A browser."""
    async with browsing(tmp_path / "profile") as browser:
        yield browser


async def on_air(host: Visitor) -> str:
    opened = (await host.post("/api/rooms", {"title": "Jazz at night"})).json()
    await host.post(f"/api/rooms/{opened['room']}/go-live")
    room: str = opened["room"]
    return room


def address(lobby: Lobby, path: str) -> str:
    return f"{str(lobby.client.base_url).rstrip('/')}{path}"


async def seen(page: Browser, name: str) -> None:
    """Keep a picture when somebody asks for it."""
    folder = os.environ.get("PICTURES")
    if folder:
        await page.picture(await asyncio.to_thread(Path(folder).absolute) / f"{name}.png")


async def test_a_person_finds_a_room_with_the_keyboard_alone_and_plays_it(lobby: Lobby, page: Browser) -> None:
    room = await on_air(await lobby.person("Ana"))
    await page.go(address(lobby, "/"))
    await page.until("document.querySelectorAll('#rooms a').length === 1")
    await seen(page, "list")
    for _ in range(3):
        await page.press("Tab")
    assert await page.says("document.activeElement.getAttribute('href')") == f"/room/{room}"
    await page.press("Enter")
    await page.until("document.querySelector('#stage li b')?.textContent === 'Ana'")
    await page.press("k")
    await page.until("document.querySelector('#sound').currentTime > 0.3")
    await seen(page, "room")
    assert await page.says("document.querySelector('#play').innerText.trim()") == "Stop"
    await page.press("k")
    await page.until("document.querySelector('#sound').paused")
    assert page.complaints == []


async def test_what_happens_is_said_as_it_happens(lobby: Lobby, page: Browser) -> None:
    ana, ben = await lobby.person("Ana"), await lobby.person("Ben")
    room = await on_air(ana)
    await page.go(address(lobby, f"/room/{room}"))
    await page.until("document.querySelector('#stage li b')?.textContent === 'Ana'")
    await ana.post(f"/api/rooms/{room}/admit", {"person": ben.person})
    await page.until("document.querySelector('#said').innerText.includes('Ben came onto the stage')")
    await ana.post(f"/api/rooms/{room}/mute", {"person": ben.person})
    await page.until("document.querySelector('#stage').innerText.includes('muted')")
    await ana.post(f"/api/rooms/{room}/end")
    await page.until("document.querySelector('#facts').innerText.includes('ended')")
    assert page.complaints == []


async def test_a_screen_reader_meets_names_for_everything(lobby: Lobby, page: Browser) -> None:
    room = await on_air(await lobby.person("Ana"))
    await page.go(address(lobby, f"/room/{room}"))
    await page.until("document.querySelector('#stage li b')?.textContent === 'Ana'")
    spoken = await page.spoken()
    for wanted in (
        ("heading", "Jazz at night"),
        ("button", "Play"),
        ("slider", "Volume"),
        ("log", "Happening now"),
        ("main", ""),
        ("link", "All rooms on air"),
    ):
        assert wanted in spoken
    assert not [role for role, name in spoken if role in {"button", "link", "slider", "image"} and not name]


async def test_a_room_that_is_not_there_is_said(lobby: Lobby, page: Browser) -> None:
    await page.go(address(lobby, "/room/nosuchroomhere"))
    await page.until("document.querySelector('#notice').textContent === 'There is no such room.'")
