"""Two mixers on one broker: each room has one of them, and when that one fails the other goes on."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from libs.events.air import AAC_FRAME, SEGMENT
from libs.events.ids import RoomId
from libs.events.media import MixStarted, MixStopped, SourceConnected, SourceDisconnected, SpeakingStarted
from libs.events.rooms import RoomEnded
from parlor.embedded.nats import NatsServer
from services.media.ownership.lease import NOBODY
from services.media.ownership.tenancy import HOLD_S, RENEW_S
from services.media.registration import Registered
from tests.integration.faults.proxy import Proxy
from tests.integration.media.mixers import ANA, BOUND_S, Heard, Studios, decoded, sending, studios
from tests.integration.media.station import Listener, on_air

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
    sound, seam = decoded(before + after), sum(each.air.duration for each in before)
    assert len(sound) == seam + sum(each.air.duration for each in after)
    assert np.abs(np.diff(sound[seam - 4 * AAC_FRAME : seam + 4 * AAC_FRAME])).max() < 0.2, "no click at the seam"
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
    assert await owner.ended() == 0


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


async def test_a_listener_who_stays_connected_hears_it_go_on_at_the_same_address(
    pair: Studios, nats_server: NatsServer, tmp_path: Path
) -> None:
    room = await pair.room()
    async with speaking(pair, room), on_air(nats_server, tmp_path) as station, AsyncExitStack() as stack:
        listener = await stack.enter_async_context(station.listener(f"/live/{room}.aac"))
        await listener.until(32_000)
        (await pair.owner(room)).signal(signal.SIGKILL)
        await pair.aired(room, 2, seconds=3)
        await heard_up_to(listener, pair.of(room, 2)[-1])
        assert in_order(listener.got, pair, room)


@pytest.mark.slow
async def test_nats_may_be_away_for_ten_seconds(nats_server: NatsServer, tmp_path: Path) -> None:
    async with proxied(nats_server) as proxy, studios(nats_server, tmp_path) as made:
        for name in ("left", "right"):
            await made.mixer(name, through(nats_server, proxy))
        room = await made.room()
        await made.aired(room, 1, seconds=3)
        owner, last = await made.owner(room), made.of(room, 1)[-1].air.mediatime
        proxy.cut()
        await made.passes(10)
        proxy.heal()
        await made.until(lambda: made.of(room, 1)[-1].air.mediatime > last + 12 * 48_000)
        await made.passes(6)
        assert [fact.epoch for fact in await made.facts(room, MixStarted)] == [1]
        assert await made.owner(room) is owner
        assert "a room is lost" not in owner.said


@pytest.mark.slow
async def test_an_owner_that_is_cut_off_is_replaced_and_stops_when_its_lease_ends(
    nats_server: NatsServer, tmp_path: Path
) -> None:
    async with proxied(nats_server) as proxy, studios(nats_server, tmp_path) as made:
        left = await made.mixer("left", through(nats_server, proxy))
        room = await made.room()
        async with speaking(made, room), on_air(nats_server, tmp_path) as station, AsyncExitStack() as stack:
            await made.mixer("right")
            listener = await stack.enter_async_context(station.listener(f"/live/{room}.aac"))
            await listener.until(32_000)
            proxy.stall()
            cut = time.monotonic()
            first = await made.aired(room, 2, seconds=1)
            assert first.when - cut <= 4.0
            await made.until(lambda: "a room is lost" in left.said, HOLD_S + 10)
            assert HOLD_S - RENEW_S - 1 <= time.monotonic() - cut <= HOLD_S + 1
            proxy.heal()
            made.beats.clear()
            await made.until(lambda: made.beating("left"))
            await heard_up_to(listener, made.of(room, 2)[-1])
            assert in_order(listener.got, made, room)
        assert [fact.epoch for fact in await made.facts(room, MixStarted)] == [1, 2]
        epochs = [epoch for _, epoch in await cells(made, room)]
        assert epochs == sorted(epochs)
        facts = [type(fact.event) for fact in await made.log.read_scope(room)]
        started = len(facts) - facts[::-1].index(MixStarted)
        assert SpeakingStarted not in facts[started:], "who is cut off still hears Ana, and may no longer say so"


@asynccontextmanager
async def proxied(nats: NatsServer) -> AsyncIterator[Proxy]:
    """A way to NATS that can be cut; whole again at the end."""
    proxy = await Proxy(nats.port).start()
    try:
        yield proxy
    finally:
        await proxy.stop()


def through(nats: NatsServer, proxy: Proxy) -> str:
    """The address of that server by way of the proxy."""
    return nats.url_for("media").replace(f":{nats.port}", f":{proxy.port}")


async def heard_up_to(listener: Listener, heard: Heard) -> None:
    """Listen on until this has come."""
    async with asyncio.timeout(BOUND_S):
        while heard.air.frames[-1] not in listener.got:
            await listener.take()


@asynccontextmanager
async def speaking(made: Studios, room: RoomId) -> AsyncIterator[None]:
    """Ana speaks to the mixer that has the room now, so that its epoch sounds like no other."""
    await made.aired(room, 1)
    place = await made.register(room)
    assert isinstance(place, Registered)
    async with sending(VOICE, place):
        await made.said(room, SpeakingStarted, 1)
        yield


def in_order(stream: bytes, made: Studios, room: RoomId) -> bool:
    """True when a listener heard the first epoch, then the second, and nothing of the first after that."""
    one, two = ({frame for each in made.of(room, epoch) for frame in each.air.frames} for epoch in (1, 2))
    told = [1 if frame in one else 2 for frame in adts(stream) if (frame in one) != (frame in two)]
    return {1, 2} <= set(told) and told == sorted(told)


def adts(stream: bytes) -> list[bytes]:
    """Its whole frames (ISO 13818-7 section 6.2: the length is 13 bits from bit 30 on)."""
    frames, at = [], 0
    while at + 7 <= len(stream):
        end = at + ((stream[at + 3] & 3) << 11 | stream[at + 4] << 3 | stream[at + 5] >> 5)
        if end > len(stream):
            break
        frames.append(stream[at:end])
        at = end
    return frames
