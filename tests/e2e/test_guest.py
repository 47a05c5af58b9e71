"""The demo's speaker by WebRTC where the browser is missing, or will not do."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from libs.events.media import SourceConnected, Transport
from parlor.demo.browser import Browser
from parlor.demo.earshot import listening
from parlor.demo.guest import opened, talking
from parlor.demo.stage import Person
from parlor.embedded.nats import NatsServer
from services.rooms.config import RoomsSettings
from tests.e2e.studio import SPEECH, House, house
from tests.integration.rooms.conftest import settings

__all__ = ["settings"]

pytestmark = pytest.mark.e2e

VOICE = SPEECH / "austen.opus"


@pytest.fixture
async def home(
    nats_server: NatsServer, settings: RoomsSettings, database: AsyncEngine, tmp_path: Path
) -> AsyncIterator[House]:
    async with house(nats_server, settings, database, tmp_path) as made:
        await made.mixers.mixer("left")
        yield made


async def test_without_a_browser_somebody_speaks_by_aiortc_and_it_is_said_so(home: House, tmp_path: Path) -> None:
    async with Person(home.url, "Ana") as ana, Person(home.url, "Ben") as ben:
        room = await home.live(await home.lobby.person("Ana"))
        await ana.step(room, "admit", ben.id)
        out = tmp_path / "ears"
        async with listening(home.url, room, [ana], out) as ears:
            async with talking("Chromium is not installed", home.url, room, ben, VOICE) as talk:
                (connected,) = await home.mixers.said(room, SourceConnected, 1)
                await home.mixers.passes(2)
            heard = (await ears.heard())["Ana"]
    assert (connected.person, connected.transport) == (ben.id, Transport.WEBRTC)
    assert talk.how == "Ben speaks by WebRTC (WHIP), through aiortc: Chromium is not installed."
    assert abs(heard.between(talk.begin, talk.begin + 2)).max() > 0.05


@pytest.mark.parametrize("program", ["exit 1", "exec sleep 0.1"])
async def test_a_browser_that_does_not_start_is_done_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str
) -> None:
    broken = tmp_path / "chromium"
    broken.write_text(f"#!/bin/sh\n{program}\n")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    async with opened(VOICE, tmp_path / "profile") as found:
        assert not isinstance(found, Browser)
        assert found.startswith("Chromium does not start")


async def test_a_machine_without_a_browser_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    async with opened(VOICE, tmp_path / "profile") as found:
        assert found == "Chromium is not installed"
