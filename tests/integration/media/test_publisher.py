"""What a rendition made arrives whole, in order, on the air and in the store."""

import asyncio
from collections.abc import AsyncIterator

import numpy as np
import pytest

from libs.events.air import SEGMENT, AirFrames, AirSegment, air_subject, frames_codec
from libs.events.ids import Milliseconds, RoomId, Samples
from libs.events.jetstream.air import AirStore
from libs.service.broker import Broker
from parlor.embedded.nats import NatsServer
from services.media.distribution.publisher import AirPublisher
from services.media.distribution.rendition import Rendition

JAZZ = RoomId("jazzjazzjazz")


@pytest.fixture
async def broker(nats_server: NatsServer) -> AsyncIterator[Broker]:
    broker = await Broker.connect(nats_server.url_for("media"), "mixer", inbox="_INBOX_media")
    yield broker
    await broker.drain()


async def test_frames_are_heard_in_order_and_segments_are_kept(broker: Broker) -> None:
    store = await AirStore.open(broker.client, Milliseconds(60_000), 1 << 24)
    heard: list[AirFrames] = []
    sealed: list[int] = []

    async def hear(_subject: str, payload: bytes) -> None:
        heard.append(frames_codec.decode(payload))

    async def told(_room: RoomId, _rendition: str, segment: AirSegment) -> None:
        sealed.append(segment.msn)

    await broker.listen(air_subject(JAZZ, "aac"), hear)
    publisher = AirPublisher(broker, store, told)
    rendition = Rendition(JAZZ, "aac", epoch=1, first=Samples(0))
    for at in range(0, 2 * SEGMENT + 4_800, 4_800):
        frames, segments = rendition.push(np.zeros(4_800, np.int16), Samples(at))
        await publisher.send(JAZZ, "aac", frames, segments)
    await publisher.send(JAZZ, "aac", *rendition.close())
    await publisher.drain()
    async with asyncio.timeout(5):
        while not heard or heard[-1].mediatime + heard[-1].duration < 2 * SEGMENT + 4_800:
            await broker.client.flush()
    assert [message.mediatime for message in heard] == sorted(message.mediatime for message in heard)
    assert sorted(sealed) == [0, 1]
    assert await store.end(JAZZ) == 2 * SEGMENT
