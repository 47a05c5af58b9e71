"""Who is let in, and what the others are told."""

import asyncio
import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.events.rooms import RoomKind
from libs.service.listen_tokens import listen_token
from parlor.embedded.nats import NatsServer
from services.media.distribution.doors import media_time
from services.media.distribution.errors import MalformedFrom
from tests.integration.media.station import SECRET, Station, on_air

PAST, FUTURE = 1, 4_000_000_000


async def problem(station: Station, path: str) -> tuple[int, str]:
    """Status and slug of a refused GET; HEAD has the same status."""
    async with httpx.AsyncClient() as client:
        got = await client.get(f"{station.url}{path}")
        assert (await client.head(f"{station.url}{path}")).status_code == got.status_code
    said: dict[str, Any] = got.json()
    assert got.headers["content-type"] == "application/problem+json"
    assert said["detail"]
    return got.status_code, said["code"]


async def test_unknown_rooms_and_streams_are_problems(station: Station) -> None:
    room = await station.opened("jazzjazzjazz")
    assert await problem(station, "/live/nosuchroom00.mp3") == (404, "no-such-room")
    assert await problem(station, "/live/BAD.mp3") == (404, "no-such-room")
    assert await problem(station, f"/live/{room}.wav") == (404, "rendition-unknown")
    assert await problem(station, f"/live/{room}") == (404, "rendition-unknown")


async def test_a_room_is_heard_neither_before_it_is_live_nor_after_its_end(station: Station) -> None:
    room = await station.opened("earlyearly00", live=False)
    assert await problem(station, f"/live/{room}.mp3") == (409, "room-not-live")
    over = await station.opened("jazzjazzjazz")
    await station.ended(over)
    assert await problem(station, f"/live/{over}.mp3") == (410, "room-off-air")


async def test_only_a_genuine_token_for_this_room_opens_it(station: Station) -> None:
    room = await station.opened("secretsecret", RoomKind.INVITED)
    secret = SECRET.encode()
    good = listen_token(secret, room, "kitchenecho1", FUTURE)
    forged = listen_token(b"another secret, another secret", room, "kitchenecho1", FUTURE)
    expired = listen_token(secret, room, "kitchenecho1", PAST)
    elsewhere = listen_token(secret, type(room)("otherroom000"), "kitchenecho1", FUTURE)
    assert await problem(station, f"/live/{room}.mp3") == (401, "listen-token-needed")
    for bad in (forged, expired, elsewhere, "", "x" * 2_000, good + "x", "%00"):
        assert await problem(station, f"/live/{room}.mp3?t={bad}") == (403, "listen-token-invalid")
    async with httpx.AsyncClient() as client:
        assert (await client.head(f"{station.url}/live/{room}.mp3?t={good}")).status_code == 200


@pytest.mark.parametrize("bad", ["-1", "1.5", "x", "", "1" * 16, "٣", "1e9", "0x10", " 1"])
async def test_a_from_that_is_no_media_time_is_refused(station: Station, bad: str) -> None:
    room = await station.opened("jazzjazzjazz")
    assert await problem(station, f"/live/{room}.mp3?from={bad}") == (400, "malformed-from")


@given(st.text(max_size=40) | st.from_regex("[0-9]{0,17}", fullmatch=True))
def test_whatever_from_says_it_is_a_media_time_or_refused(text: str) -> None:
    if re.fullmatch("[0-9]{1,15}", text):
        assert media_time(text) == int(text)
        return
    with pytest.raises(MalformedFrom):
        media_time(text)


async def test_an_address_has_no_more_streams_than_it_may_and_gets_its_place_back(
    nats_server: NatsServer, tmp_path: Path
) -> None:
    async with on_air(nats_server, tmp_path, listeners_per_address=2) as station:
        room = await station.opened("jazzjazzjazz")
        async with station.listener(f"/live/{room}.mp3"), station.listener(f"/live/{room}.mp3"):
            async with httpx.AsyncClient() as client:
                refused = await client.get(f"{station.url}/live/{room}.mp3")
            assert (refused.status_code, refused.json()["code"]) == (429, "too-many-streams")
        async with asyncio.timeout(5):
            while station.listeners(room, "mp3"):
                await station.broker.client.flush()
        async with station.listener(f"/live/{room}.mp3") as again:
            assert again.response.status_code == 200


async def test_a_listener_who_takes_nothing_gives_up_the_place(nats_server: NatsServer, tmp_path: Path) -> None:
    async with on_air(nats_server, tmp_path, stall_seconds=1) as station:
        room = await station.opened("jazzjazzjazz")
        mixer = station.mixer(room, "mp3")
        host, _, port = station.url.removeprefix("http://").partition(":")
        _, writer = await asyncio.open_connection(host, int(port), limit=1)
        writer.write(f"GET /live/{room}.mp3 HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        async with asyncio.timeout(40):
            while not station.listeners(room, "mp3"):
                await station.broker.client.flush()
            while station.listeners(room, "mp3"):
                await mixer.play(0.5)
        writer.close()
