"""Somebody speaks from the studio page: by keyboard, by screen reader, through a mixer that dies."""

import os
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from libs.events.air import SEGMENT
from libs.events.ids import RoomId
from libs.events.media import (
    MixStarted,
    SourceConnected,
    SourceDisconnected,
    SourceRegistered,
    SpeakingStarted,
    Transport,
)
from libs.events.rooms import SpeakerMuted, SpeakerUnmuted
from parlor.demo.browser import Browser, chromium
from parlor.embedded.nats import NatsServer
from services.rooms.config import RoomsSettings
from tests.e2e.studio import House, house, sign_in, speaker
from tests.integration.media.mixers import decoded
from tests.integration.media.test_ownership import cells, one_line
from tests.integration.rooms.conftest import settings
from tests.integration.rooms.running import Visitor

__all__ = ["settings"]

pytestmark = [pytest.mark.e2e, pytest.mark.skipif(chromium() is None, reason="there is no Chromium")]

WEBRTC = Path(__file__).parents[1] / "fixtures" / "webrtc"
UNKNOWN = "Failed to load resource: the server responded with a status of 401 (Unauthorized)"
"""How a browser sees the page ask who is there, when nobody is yet."""

CONNECTED = "document.body.dataset.state === 'connected'"


@pytest.fixture
async def home(
    nats_server: NatsServer, settings: RoomsSettings, database: AsyncEngine, tmp_path: Path
) -> AsyncIterator[House]:
    async with house(nats_server, settings, database, tmp_path) as made:
        yield made


@pytest.fixture
async def browser(tmp_path: Path) -> AsyncIterator[Browser]:
    async with speaker(tmp_path) as opened:
        yield opened


def says(text: str) -> str:
    """A condition on the page: its state in words."""
    return f"document.querySelector('#notice').textContent.includes({text!r})"


async def seen(browser: Browser, name: str) -> None:
    """Keep a picture when somebody asks for it."""
    if folder := os.environ.get("PICTURES"):
        await browser.picture(Path(folder).absolute() / f"{name}.png")


async def seated(home: House, browser: Browser, host: Visitor, room: RoomId) -> str:
    """Ben signs in on the page, is let onto the stage by the host, and joins; who he is."""
    await browser.go(home.studio(room))
    await sign_in(browser, "Ben")
    await browser.until(says("You are not on the stage yet."))
    ben: str = (await home.lobby.person("Ben")).person
    await host.post(f"/api/rooms/{room}/admit", {"person": ben})
    await browser.until(says("Join when you are ready."))
    await browser.says("document.querySelector('#join').focus()")
    await browser.press("Enter")
    await browser.until(CONNECTED)
    return ben


async def test_somebody_speaks_and_mutes_by_keyboard_alone(home: House, browser: Browser) -> None:
    await home.mixers.mixer("left")
    host = await home.lobby.person("Ana")
    room = await home.live(host)
    ben = await seated(home, browser, host, room)
    assert await browser.says(says("You are on air: everybody in the room hears you."))
    (connected,) = await home.mixers.said(room, SourceConnected, 1)
    assert (connected.person, connected.transport) == (ben, Transport.WEBRTC)
    await home.mixers.said(room, SpeakingStarted, 1)
    await browser.until("document.querySelector('#stage .speaking b')?.textContent === 'Ben'")
    await browser.until("document.querySelector('#level').value > -40")
    await seen(browser, "studio")
    await browser.press("m")
    assert await browser.says(says("You are muted; nobody hears you."))
    await home.mixers.said(room, SpeakerMuted, 1)
    await browser.until("document.querySelector('#stage').innerText.includes('muted')")
    await browser.press("m")
    await home.mixers.said(room, SpeakerUnmuted, 1)
    await browser.until(says("You are on air"))
    await browser.says("document.querySelector('#join').click()")
    (gone,) = await home.mixers.said(room, SourceDisconnected, 1)
    assert gone.reason == "closed"
    await home.mixers.passes(0.2)
    assert browser.complaints == [UNKNOWN]


async def test_the_box_for_noise_begins_the_call_anew_with_it(home: House, browser: Browser) -> None:
    await home.mixers.mixer("left")
    host = await home.lobby.person("Ana")
    room = await home.live(host)
    await seated(home, browser, host, room)
    await browser.says("document.querySelector('#denoise').click()")
    before, after = await home.mixers.said(room, SourceRegistered, 2)
    assert (before.source, before.noise_suppression, after.noise_suppression) == (after.source, False, True)
    await browser.until(CONNECTED)


async def test_a_screen_reader_meets_names_for_everything(home: House, browser: Browser) -> None:
    await home.mixers.mixer("left")
    host = await home.lobby.person("Ana")
    room = await home.live(host)
    await browser.go(home.studio(room))
    await browser.until("document.activeElement?.id === 'name'")
    assert {("textbox", "Your name"), ("button", "Sign in"), ("main", "")} <= set(await browser.spoken())
    await seated(home, browser, host, room)
    spoken = await browser.spoken()
    for wanted in (
        ("heading", "Jazz at night"),
        ("button", "Leave"),
        ("button", "Mute"),
        ("meter", "Your level"),
        ("combobox", "Microphone"),
        ("slider", "Volume of the others"),
        ("checkbox", "I use headphones: send my sound as it is, without echo cancellation"),
        (
            "checkbox",
            "Take noise out of my sound on the way, for microphones that hiss: the others hear me 20 ms later",
        ),
        ("button", "Check the microphone"),
        ("status", ""),
        ("log", "Happening now"),
        ("link", "Only listen to this room"),
    ):
        assert wanted in spoken
    named = {"button", "link", "slider", "image", "combobox", "checkbox", "meter", "textbox", "region"}
    assert not [role for role, name in spoken if role in named and not name]


async def test_the_page_fits_a_narrow_telephone(home: House, browser: Browser) -> None:
    await home.mixers.mixer("left")
    host = await home.lobby.person("Ana")
    room = await home.live(host)
    narrow = {"width": 320, "height": 640, "deviceScaleFactor": 1, "mobile": True}
    await browser.call("Emulation.setDeviceMetricsOverride", **narrow)
    await seated(home, browser, host, room)
    assert await browser.says("document.documentElement.scrollWidth") <= 320
    await seen(browser, "studio-narrow")
    small = "[...document.querySelectorAll('#studio button, #studio select')].filter((each) => each.offsetParent)"
    assert await browser.says(f"Math.min(...{small}.map((each) => each.getBoundingClientRect().height))") >= 44


async def test_when_the_mixer_is_killed_the_page_is_back_within_three_seconds(home: House, browser: Browser) -> None:
    for name in ("left", "right"):
        await home.mixers.mixer(name)
    host = await home.lobby.person("Ana")
    room = await home.live(host)
    ben = await seated(home, browser, host, room)
    await home.mixers.said(room, SpeakingStarted, 1)
    owner = await home.mixers.owner(room)
    owner.signal(signal.SIGKILL)
    first = await home.mixers.aired(room, 2, seconds=0.02)
    connected = await home.mixers.said(room, SourceConnected, 2)
    assert time.monotonic() - first.when <= 3.0
    assert [(fact.person, fact.source) for fact in connected] == [(ben, connected[0].source)] * 2
    await browser.until(says("You are on air"))
    await home.mixers.said(room, SpeakingStarted, 2)
    await home.mixers.aired(room, 2, seconds=4)
    before, after = home.mixers.of(room, 1), home.mixers.of(room, 2)
    assert after[0].air.mediatime >= before[-1].air.mediatime + before[-1].air.duration
    assert after[0].air.mediatime % SEGMENT == 0
    assert one_line(before)
    assert one_line(after)
    numbers = [number for number, _ in await cells(home.mixers, room)]
    assert numbers == sorted(set(numbers))
    assert [fact.epoch for fact in await home.mixers.facts(room, MixStarted)] == [1, 2]
    assert np.abs(decoded(after)).max() > 0.05, "Ben is heard again"


async def test_another_network_leads_to_a_new_call_in_the_place_of_the_old(home: House, browser: Browser) -> None:
    await home.mixers.mixer("left")
    host = await home.lobby.person("Ana")
    room = await home.live(host)
    await seated(home, browser, host, room)
    await home.mixers.said(room, SourceConnected, 1)
    await browser.says("dispatchEvent(new Event('online'))")
    await browser.until(says("The network is back; connecting again."))
    await browser.until(says("You are on air"))
    connected = await home.mixers.said(room, SourceConnected, 2)
    assert len({fact.source for fact in connected}) == 1
    assert {fact.reason for fact in await home.mixers.facts(room, SourceDisconnected)} == {"replaced"}


async def test_who_begins_to_speak_from_elsewhere_does_not_speak_twice(home: House, browser: Browser) -> None:
    await home.mixers.mixer("left")
    host = await home.lobby.person("Ana")
    room = await home.live(host)
    await seated(home, browser, host, room)
    await home.mixers.said(room, SourceConnected, 1)
    elsewhere = (await home.lobby.person("Ben")).headers | {"Content-Type": "application/sdp"}
    offer = (WEBRTC / "chromium-sends.sdp").read_bytes()
    answered = await home.lobby.client.post(f"/whip/{room}", content=offer, headers=elsewhere)
    assert answered.status_code == 201
    await browser.until(says("You speak from another page or device now."))
    assert await browser.says("document.querySelector('#join').textContent") == "Join the stage"
