"""From the past into the present without a seam."""

import asyncio

import httpx
import pytest

from libs.events.air import SEGMENT
from libs.events.telemetry import ListenerJoined
from services.media.distribution.bed import bed
from services.media.distribution.formats import FORMATS, MP3
from tests.integration.media.station import Station

NAMES = sorted(FORMATS)
FRAME = 192


@pytest.mark.parametrize("name", NAMES)
async def test_a_listener_who_goes_back_hears_every_frame_once_up_to_now(station: Station, name: str) -> None:
    room = await station.opened("jazzjazzjazz")
    await station.hear(ListenerJoined)
    mixer = station.mixer(room, name)
    for _ in range(40):
        await mixer.play(0.5)
    since = 5 * SEGMENT + 50_000
    async with station.listener(f"/live/{room}.{name}?from={since}") as listener:
        await listener.until(60_000)
        for _ in range(12):
            await mixer.play(0.5)
        aligned = since - since % FORMATS[name].frame
        whole = mixer.stream(aligned)
        heard = await listener.until(len(whole) - 4_000)
    assert whole.startswith(heard)
    assert [beacon.mediatime for beacon in await station.heard(ListenerJoined, 1)] == [aligned]


async def test_start_over_begins_with_the_first_sound_that_is_kept(station: Station) -> None:
    room = await station.opened("jazzjazzjazz")
    mixer = station.mixer(room, "aac", first=20 * SEGMENT)
    await mixer.play(8)
    async with station.listener(f"/live/{room}.aac?from=0") as listener:
        heard = await listener.until(20_000)
    assert mixer.stream(0).startswith(heard)


@pytest.mark.parametrize("since", [10**14, 999_999_999_999_999])
async def test_the_future_is_live(station: Station, since: int) -> None:
    room = await station.opened("jazzjazzjazz")
    mixer = station.mixer(room, "mp3")
    async with station.listener(f"/live/{room}.mp3?from={since}") as listener:
        await mixer.play(1)
        heard = await listener.until(5_000)
    assert mixer.stream(0).startswith(heard)


async def test_a_hole_in_the_past_is_filled_by_the_bed_to_the_frame(station: Station) -> None:
    room = await station.opened("jazzjazzjazz")
    before = station.mixer(room, "mp3", epoch=1)
    await before.play(2 * 1.92 + 0.1)
    after = station.mixer(room, "mp3", epoch=2, first=4 * SEGMENT)
    await after.play(6 * 1.92 + 0.1)
    async with station.listener(f"/live/{room}.mp3?from=0") as listener:
        heard = await listener.until(9 * 80 * FRAME)
    sound = before.stream(0)[: 2 * 80 * FRAME]
    hole = b"".join(bed(MP3, 1).frame(n) for n in range(2 * 80))
    assert heard.startswith(sound + hole + after.stream(0)[: 5 * 80 * FRAME])


async def test_a_mixer_that_takes_over_is_heard_after_the_one_before_without_seam(station: Station) -> None:
    room = await station.opened("jazzjazzjazz")
    first = station.mixer(room, "mp3", epoch=1)
    async with station.listener(f"/live/{room}.mp3") as listener:
        await first.play(0.5)
        await listener.until(1)
        await first.play(4 * 1.92 - 0.4)
        end = 4 * SEGMENT
        second = station.mixer(room, "mp3", epoch=2, first=end)
        await second.play(2)
        whole = first.stream(0)[: end // 1_152 * FRAME]
        heard = await listener.until(len(whole) + 8_000)
    assert heard.startswith(whole)
    assert len(heard) % FRAME == 0
    assert second.stream(0).endswith(heard[-FRAME:]) or heard[-FRAME:] in second.stream(0)


async def test_when_the_store_does_not_answer_the_past_is_a_problem_and_live_goes_on(station: Station) -> None:
    room = await station.opened("jazzjazzjazz")
    mixer = station.mixer(room, "mp3")
    await station.lose_the_store()
    async with httpx.AsyncClient(timeout=10) as client:
        refused = await client.get(f"{station.url}/live/{room}.mp3?from=0")
    assert (refused.status_code, refused.json()["code"]) == (503, "past-out-of-reach")
    async with station.listener(f"/live/{room}.mp3") as listener:
        for _ in range(20):
            await mixer.play_unkept(0.25)
        async with asyncio.timeout(5):
            heard = await listener.until(8_000)
    assert heard[:2] == b"\xff\xfb"
