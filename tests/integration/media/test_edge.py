"""What a listener gets from a real edge over real HTTP."""

import asyncio
from contextlib import AsyncExitStack

import httpx
import numpy as np
import pytest
from numpy.typing import NDArray

from libs.events.ids import Samples
from libs.events.telemetry import EdgeAudience, ListenerJoined, RenditionWanted
from services.media.distribution.bed import bed
from services.media.distribution.formats import FORMATS, MP3
from tests.integration.media.station import RATE, Listener, Station, decoded

NAMES = sorted(FORMATS)
FRAME = 192


def pitch(sound: NDArray[np.int16]) -> float:
    """The strongest frequency in Hz."""
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound))))
    return float(np.argmax(spectrum)) * RATE / len(sound)


@pytest.mark.parametrize("name", NAMES)
async def test_a_live_room_is_heard(station: Station, name: str) -> None:
    room = await station.opened("jazzjazzjazz")
    mixer = station.mixer(room, name)
    async with station.listener(f"/live/{room}.{name}") as listener:
        for _ in range(20):
            await mixer.play(0.25)
        stream = await listener.until(38_000)
    sound = decoded(name, stream)
    assert len(sound) > 4 * RATE
    assert pitch(sound[RATE : 3 * RATE]) == pytest.approx(440, abs=1)


@pytest.mark.parametrize("name", NAMES)
async def test_get_and_head_have_the_same_head_without_a_length(station: Station, name: str) -> None:
    room = await station.opened("jazzjazzjazz")
    async with station.listener(f"/live/{room}.{name}") as listener:
        got = dict(listener.response.headers)
    async with httpx.AsyncClient() as client:
        looked = dict((await client.head(f"{station.url}/live/{room}.{name}")).headers)
    assert got.pop("date")
    assert looked.pop("date")
    assert got == looked
    assert got["content-type"] == FORMATS[name].content_type
    assert got["cache-control"] == "no-store"
    assert got["transfer-encoding"] == "chunked"
    assert "content-length" not in got


async def test_icy_metadata_is_not_given_even_when_asked_for(station: Station) -> None:
    room = await station.opened("jazzjazzjazz")
    mixer = station.mixer(room, "mp3")
    async with (
        httpx.AsyncClient() as client,
        client.stream("GET", f"{station.url}/live/{room}.mp3", headers={"Icy-MetaData": "1"}) as response,
    ):
        await mixer.play(1)
        first = await anext(response.aiter_raw())
        assert not [header for header in response.headers if header.startswith("icy")]
        assert first.startswith(b"\xff\xfb")


async def test_whoever_joins_a_running_room_gets_two_seconds_at_once(station: Station) -> None:
    room = await station.opened("jazzjazzjazz")
    mixer = station.mixer(room, "mp3")
    async with station.listener(f"/live/{room}.mp3") as first:
        await mixer.play(1)
        await first.until(1)
        await mixer.play(4)
        await first.until(38_000)
        async with station.listener(f"/live/{room}.mp3") as second:
            burst = await second.until(2 * 8_000 - FRAME)
    assert mixer.stream(0).endswith(burst)


async def test_the_first_listener_of_a_running_room_begins_in_the_store_and_goes_on_live(station: Station) -> None:
    room = await station.opened("jazzjazzjazz")
    mixer = station.mixer(room, "aac")
    await mixer.play(6)
    async with station.listener(f"/live/{room}.aac") as listener:
        await mixer.play(0.5)
        first = await listener.until(1)
        begins = mixer.stream(0).index(first)
        assert begins < len(mixer.stream(0)) - 14_000
        for _ in range(16):
            await mixer.play(0.25)
        want = len(mixer.stream(0)) - begins - 3_000
        heard = await listener.until(want)
    assert mixer.stream(0)[begins:].startswith(heard)


async def test_two_requests_with_one_token_tell_where_each_begins(station: Station) -> None:
    room = await station.opened("jazzjazzjazz")
    await station.hear(ListenerJoined, RenditionWanted)
    token = station.token(room, "kitchenecho1")
    mixer = station.mixer(room, "mp3", first=92_160)
    async with (
        station.listener(f"/live/{room}.mp3?t={token}") as one,
        station.listener(f"/live/{room}.mp3?t={token}") as two,
    ):
        await mixer.play(1)
        await one.until(6_000)
        await two.until(6_000)
        joined = await station.heard(ListenerJoined, 2)
    assert [(beacon.room, beacon.token, beacon.rendition) for beacon in joined] == [(room, token, "mp3")] * 2
    assert {beacon.mediatime for beacon in joined} == {Samples(92_160)}
    assert (await station.heard(RenditionWanted, 1))[0] == RenditionWanted(room=room, rendition="mp3")


async def test_a_room_that_ends_ends_its_streams(station: Station) -> None:
    room = await station.opened("jazzjazzjazz")
    mixer = station.mixer(room, "mp3")
    async with station.listener(f"/live/{room}.mp3") as listener:
        await mixer.play(1)
        await station.ended(room)
        heard = await listener.rest()
    assert heard == mixer.stream(0)


async def test_a_draining_edge_ends_streams_at_a_frame(station: Station) -> None:
    room = await station.opened("jazzjazzjazz")
    mixer = station.mixer(room, "mp3")
    async with station.listener(f"/live/{room}.mp3") as listener:
        await mixer.play(1)
        await listener.until(6_000)
        await station.edge.drain()
        heard = await listener.rest()
    assert mixer.stream(0).startswith(heard)
    assert len(heard) % FRAME == 0


async def test_when_nothing_comes_the_bed_does_and_sound_returns_by_itself(station: Station) -> None:
    room = await station.opened("jazzjazzjazz")
    mixer = station.mixer(room, "mp3")
    loop = asyncio.get_running_loop()
    async with station.listener(f"/live/{room}.mp3") as listener:
        await mixer.play(1)
        before = len(mixer.stream(0))
        await listener.until(before)
        stopped = loop.time()
        await listener.until(before + FRAME)
        assert 0.9 < loop.time() - stopped < 2
        came_in = await listener.until(before + 20 * FRAME)
        mixer = station.mixer(room, "mp3", epoch=2, first=92_160 * 2)
        await mixer.play(1)
        sound = mixer.stream(0)
        async with asyncio.timeout(5):
            while sound[-FRAME:] not in listener.got:
                await listener.until(len(listener.got) + 1)
    assert came_in[before : before + FRAME] == bed(MP3, 1).frame(0)
    assert listener.got.endswith(sound)
    assert len(listener.got) == (2 * 92_160 // 1_152) * FRAME + len(sound)


async def test_a_listener_of_a_room_without_any_mixer_hears_the_bed_within_two_seconds(station: Station) -> None:
    room = await station.opened("jazzjazzjazz")
    loop = asyncio.get_running_loop()
    asked = loop.time()
    async with station.listener(f"/live/{room}.mp3") as listener:
        await listener.until(30 * FRAME)
        assert loop.time() - asked < 2
    assert listener.got.startswith(bed(MP3, 1).frame(0))


async def test_a_mixer_that_lost_the_room_is_not_heard(station: Station) -> None:
    room = await station.opened("jazzjazzjazz")
    await station.owned(room, epoch=7)
    old, new = station.mixer(room, "mp3", epoch=6), station.mixer(room, "mp3", epoch=7)
    async with station.listener(f"/live/{room}.mp3") as listener:
        await new.play(1, hertz=880)
        await old.play(2, hertz=440)
        await new.play(1, hertz=880)
        heard = await listener.until(len(new.stream(0)) - 10 * FRAME)
    assert new.stream(0).startswith(heard)


async def test_what_is_no_frame_on_the_air_does_not_disturb(station: Station) -> None:
    room = await station.opened("jazzjazzjazz")
    mixer = station.mixer(room, "mp3")
    async with station.listener(f"/live/{room}.mp3") as listener:
        await mixer.play(0.5)
        await station.broker.publish(f"air.{room}.mp3", b"\xc1 no msgpack")
        await mixer.play(0.5)
        heard = await listener.until(len(mixer.stream(0)) - 10 * FRAME)
    assert mixer.stream(0).startswith(heard)


async def test_many_listeners_of_one_room_all_hear_all_of_it(station: Station) -> None:
    """All hear the same as one who was there from the first to the last, be it the bed while this machine is busy."""
    room = await station.opened("jazzjazzjazz")
    mixer = station.mixer(room, "mp3")
    many, enough = 200, 10 * 8_000
    heard: list[Listener] = []

    async def listen() -> None:
        async with station.listener(f"/live/{room}.mp3") as listener:
            heard.append(listener)
            await listener.until(enough, seconds=60)

    async with station.listener(f"/live/{room}.mp3") as witness, asyncio.timeout(90):
        await mixer.play(0.5)
        await witness.until(1)
        listening = [asyncio.create_task(listen()) for _ in range(many)]
        while len(heard) < many or not all(listener.done() for listener in listening):
            got = [len(each.got) for each in heard]
            if len(heard) < many or max(got) - min(got) < 4 * 8_000:
                await mixer.play(0.1)
            await witness.take()
        await asyncio.gather(*listening)
        longest = max(heard, key=lambda each: len(each.got)).got
        while longest[-FRAME:] not in witness.got:
            await witness.until(len(witness.got) + 1)
    assert all(each.got in witness.got for each in heard)


async def test_an_echo_with_its_two_streams_is_one_listener_and_passers_by_are_each_one(station: Station) -> None:
    room = await station.opened("jazzjazzjazz")
    await station.hear(EdgeAudience)
    mixer = station.mixer(room, "mp3")
    paths = [f"/live/{room}.mp3?t={station.token(room, 'kitchenecho1')}"] * 2 + [f"/live/{room}.mp3"] * 2
    async with AsyncExitStack() as stack:
        for path in paths:
            await stack.enter_async_context(station.listener(path))
        await mixer.play(1)
        async with asyncio.timeout(10):
            while (await station.heard(EdgeAudience, 1))[-1].listeners < 3:
                await station.broker.client.flush()
        so_far = len(await station.heard(EdgeAudience, 1))
        later = (await station.heard(EdgeAudience, so_far + 2))[so_far:]
    assert [(beacon.room, beacon.listeners) for beacon in later] == [(room, 3)] * 2
