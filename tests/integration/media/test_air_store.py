"""Segments on a real server: stored once, found by media time."""

from collections.abc import AsyncIterator

import pytest
from nats.aio.client import Client

from libs.events.air import SEGMENT, AirSegment, segment_subject
from libs.events.ids import Milliseconds, RoomId, Samples
from libs.events.jetstream.air import AirStore, AirUnavailable, LowerEpoch
from parlor.embedded.nats import NatsServer

JAZZ, ROCK = RoomId("jazzjazzjazz"), RoomId("rockrockrock")
HOUR = Milliseconds(3_600_000)
MEGABYTE = 1 << 20


@pytest.fixture
async def client(nats_server: NatsServer) -> AsyncIterator[Client]:
    """A connection of the media service, with its permissions and no more."""
    client = Client()
    await client.connect(nats_server.url_for("media"), inbox_prefix="_INBOX_media")
    yield client
    await client.close()


@pytest.fixture
async def store(client: Client) -> AirStore:
    return await AirStore.open(client, HOUR, 64 * MEGABYTE)


def cell(msn: int, epoch: int = 1) -> AirSegment:
    start = Samples(msn * SEGMENT)
    return AirSegment(epoch=epoch, msn=msn, mediatime=start, duration=SEGMENT, frames=(b"%d/%d" % (msn, epoch),))


async def test_the_end_of_the_last_segment_is_where_a_mixer_goes_on(store: AirStore) -> None:
    assert await store.end(JAZZ) == 0
    await store.store(JAZZ, "aac", cell(6))
    await store.store(JAZZ, "mp3", cell(4))
    await store.store(ROCK, "aac", cell(99))
    assert await store.end(JAZZ) == 7 * SEGMENT


async def test_a_cell_is_stored_once_whichever_mixer_sealed_it_first(store: AirStore) -> None:
    await store.store(JAZZ, "aac", cell(3, epoch=1))
    await store.store(JAZZ, "aac", cell(3, epoch=2))
    found = await store.following(JAZZ, "aac", 0)
    assert found is not None
    assert found.segment == cell(3, epoch=1)
    assert await store.following(JAZZ, "aac", found.place) is None


@pytest.mark.parametrize("gap", [0, 5])
async def test_every_media_time_leads_to_the_cell_that_holds_it_or_the_next(store: AirStore, gap: int) -> None:
    kept = [msn for msn in range(10, 40) if not 20 <= msn < 20 + gap]
    for msn in kept:
        await store.store(ROCK, "aac", cell(msn))
        await store.store(JAZZ, "mp3", cell(msn + 500))
        await store.store(JAZZ, "aac", cell(msn))
    for wanted in range(40):
        found = await store.holding(JAZZ, "aac", Samples(wanted * SEGMENT + 5))
        assert found is not None
        assert found.segment.msn == min(msn for msn in kept if msn >= wanted)
    assert await store.holding(JAZZ, "aac", Samples(40 * SEGMENT)) is None
    assert await store.holding(JAZZ, "aac", Samples(2**60)) is None


async def test_nothing_is_found_where_nothing_was_stored(store: AirStore) -> None:
    assert await store.last(JAZZ, "mp3") is None
    assert await store.following(JAZZ, "mp3", 0) is None
    assert await store.holding(JAZZ, "mp3", Samples(0)) is None


async def test_another_window_changes_the_stream_and_keeps_what_is_in_it(client: Client, store: AirStore) -> None:
    await store.store(JAZZ, "aac", cell(1))
    wider = await AirStore.open(client, Milliseconds(2 * HOUR), 128 * MEGABYTE)
    assert await wider.last(JAZZ, "aac") is not None


async def test_what_is_no_segment_is_said_to_be_none(client: Client, store: AirStore) -> None:
    await client.request(segment_subject(JAZZ, "aac"), b"not msgpack", timeout=5)
    with pytest.raises(AirUnavailable, match="not a segment"):
        await store.last(JAZZ, "aac")


async def test_a_mixer_that_has_lost_the_room_stores_nothing_after_its_successor(client: Client) -> None:
    old, new = AirStore(client), await AirStore.open(client, HOUR, 64 * MEGABYTE)
    await old.store(JAZZ, "aac", cell(3, epoch=1))
    await new.store(JAZZ, "aac", cell(5, epoch=2))
    with pytest.raises(LowerEpoch, match="epoch 2, not 1"):
        await old.store(JAZZ, "aac", cell(4, epoch=1))
    await old.store(JAZZ, "mp3", cell(4, epoch=1))
    await new.store(JAZZ, "aac", cell(6, epoch=2))
    found = await new.following(JAZZ, "aac", 0)
    assert found is not None
    kept = [found.segment.msn]
    while (found := await new.following(JAZZ, "aac", found.place)) is not None:
        kept.append(found.segment.msn)
    assert kept == [3, 5, 6]


async def test_a_successor_stores_although_the_one_before_stored_behind_its_back(client: Client) -> None:
    old, new = AirStore(client), await AirStore.open(client, HOUR, 64 * MEGABYTE)
    await new.store(JAZZ, "aac", cell(3, epoch=1))
    await old.store(JAZZ, "aac", cell(4, epoch=1))
    await new.store(JAZZ, "aac", cell(5, epoch=2))
    assert await new.end(JAZZ) == 6 * SEGMENT
