"""Two mixers on one broker: each room has one of them, and when that one fails the other goes on."""

import asyncio
import signal
from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from libs.events.air import AAC_FRAME, SEGMENT
from libs.events.ids import RoomId
from libs.events.media import MixStarted, MixStopped, SourceConnected, SourceDisconnected
from libs.events.rooms import RoomEnded
from parlor.embedded.nats import NatsServer
from services.media.ownership.lease import NOBODY
from services.media.registration import Registered
from tests.integration.media.mixers import ANA, BOUND_S, Heard, Studios, decoded, sending, studios

VOICE = Path(__file__).parents[2] / "fixtures" / "speech" / "allison.opus"


@pytest.fixture
async def pair(nats_server: NatsServer, tmp_path: Path) -> AsyncIterator[Studios]:
    async with studios(nats_server, tmp_path) as made:
        await made.mixer("left")
        await made.mixer("right")
        yield made


def one_line(frames: list[Heard]) -> bool:
    """Each begins where the one before ends."""
    return all(one.air.mediatime + one.air.duration == next_one.air.mediatime for one, next_one in pairwise(frames))


async def cells(made: Studios, room: RoomId) -> list[tuple[int, int]]:
    """Number and epoch of each stored segment, in the order in which they were stored."""
    found, place = [], 0
    while (stored := await made.store.following(room, "aac", place)) is not None:
        found.append((stored.segment.msn, stored.segment.epoch))
        place = stored.place
    return found


async def test_when_the_owner_is_killed_the_other_goes_on_within_three_seconds_on_the_same_grid(pair: Studios) -> None:
    room = await pair.room()
    await pair.aired(room, 1, seconds=3)
    owner = await pair.owner(room)
    killed = owner.signal(signal.SIGKILL)
    first = await pair.aired(room, 2, seconds=4)
    assert first.when - killed <= 3.0
    before, after = pair.of(room, 1), pair.of(room, 2)
    assert first.air.mediatime % SEGMENT == 0
    assert first.air.mediatime >= before[-1].air.mediatime + before[-1].air.duration
    assert one_line(before)
    assert one_line(after)
    assert [(fact.epoch, fact.first) for fact in await pair.facts(room, MixStarted)][1:] == [(2, first.air.mediatime)]
    stored = await cells(pair, room)
    numbers = [number for number, _ in stored]
    assert numbers == sorted(set(numbers))
    assert {epoch for _, epoch in stored} == {1, 2}


async def test_a_decoder_goes_across_the_seam(pair: Studios) -> None:
    room = await pair.room()
    await pair.aired(room, 1, seconds=3)
    (await pair.owner(room)).signal(signal.SIGKILL)
    await pair.aired(room, 2, seconds=3)
    frames = pair.of(room, 1) + pair.of(room, 2)
    sound = decoded(frames)
    assert len(sound) == sum(each.air.duration for each in frames)
    seam = sum(each.air.duration for each in pair.of(room, 1))
    assert np.abs(np.diff(sound[seam - 4 * AAC_FRAME : seam + 4 * AAC_FRAME])).max() < 0.2
    assert np.abs(sound[seam + 4 * AAC_FRAME :]).max() > 0.01


async def test_one_that_stood_still_is_replaced_and_then_stops_at_once(pair: Studios) -> None:
    room = await pair.room()
    await pair.aired(room, 1, seconds=3)
    owner = await pair.owner(room)
    owner.signal(signal.SIGSTOP)
    await pair.aired(room, 2, seconds=2)
    count = len(pair.of(room, 1))
    owner.signal(signal.SIGCONT)
    await pair.until(lambda: "a room is lost" in owner.said)
    await pair.aired(room, 2, seconds=6)
    assert len(pair.of(room, 1)) == count
    epochs = [epoch for _, epoch in await cells(pair, room)]
    assert epochs == sorted(epochs), "the paused one stores nothing after its successor"
    assert [fact.epoch for fact in await pair.facts(room, MixStarted)] == [1, 2]
    assert await pair.facts(room, MixStopped) == []
    assert (await pair.owner(room)) is not owner


async def test_a_clean_end_hands_over_at_once_and_leaves_nothing_out(pair: Studios) -> None:
    room = await pair.room()
    await pair.aired(room, 1, seconds=3)
    owner = await pair.owner(room)
    ended = owner.signal(signal.SIGTERM)
    first = await pair.aired(room, 2, seconds=2)
    assert first.when - ended < 2.0
    (stopped,) = await pair.facts(room, MixStopped)
    last = pair.of(room, 1)[-1].air
    assert stopped.last <= last.mediatime + last.duration <= first.air.mediatime
    assert first.air.mediatime - stopped.last <= 2 * SEGMENT
    assert owner.process.wait(15) == 0


async def test_a_command_reaches_the_owner_whichever_mixer_gets_it(pair: Studios) -> None:
    places: dict[int, set[RoomId]] = {}
    for room in [await pair.room() for _ in range(4)]:
        await pair.aired(room, 1, seconds=0.2)
        for _ in range(3):
            registered = await pair.register(room)
            assert isinstance(registered, Registered)
            places.setdefault(registered.port, set()).add(room)
    assert [len(rooms) for rooms in places.values()] == [2, 2], "rooms are spread, and each has one address"


async def test_sources_of_a_dead_mixer_are_said_to_be_gone_and_come_back_by_registering_again(pair: Studios) -> None:
    room = await pair.room()
    await pair.aired(room, 1, seconds=0.5)
    old = await pair.register(room)
    assert isinstance(old, Registered)
    async with sending(VOICE, old):
        await pair.said(room, SourceConnected, 1)
        (await pair.owner(room)).signal(signal.SIGKILL)
        (gone,) = await pair.said(room, SourceDisconnected, 1)
    assert gone.reason == "taken-over"
    new = await pair.register(room)
    assert isinstance(new, Registered)
    assert (new.source, new.port != old.port) == (old.source, True)
    async with sending(VOICE, new):
        await pair.said(room, SourceConnected, 2)


async def test_the_lease_of_a_room_that_nobody_needs_is_given_back(pair: Studios) -> None:
    room = await pair.room()
    await pair.aired(room, 1, seconds=0.5)
    await pair.say(room, RoomEnded(room=room, by=ANA))
    async with asyncio.timeout(BOUND_S):
        while (lease := await pair.lease(room)).mixer != NOBODY:
            pass
    (stopped,) = await pair.facts(room, MixStopped)
    assert (lease.epoch, lease.end) == (1, stopped.last)
