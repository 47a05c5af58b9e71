"""Puts on air what renditions make: frames at once on core NATS, sealed segments into the stream AIR beside it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeAlias

import msgspec
from prometheus_client import Counter

from libs.events.air import AirFrames, AirSegment, air_subject
from libs.events.ids import RoomId
from libs.events.jetstream.air import AirStore, AirUnavailable, LowerEpoch
from libs.service.broker import Broker
from libs.service.logs import logger

ATTEMPTS = 3
PENDING = 64

LOST = Counter("parlor_air_segments_lost_total", "Sealed segments that could not be stored")

Sealed: TypeAlias = Callable[[RoomId, str, AirSegment], Awaitable[None]]


async def nothing(_room: RoomId, _rendition: str, _segment: AirSegment) -> None:
    """For whoever need not know."""


class AirPublisher:
    """Frames never wait for segments. `sealed` is told of each segment once it is stored, in no promised order."""

    def __init__(self, broker: Broker, store: AirStore, sealed: Sealed = nothing) -> None:
        self._broker = broker
        self._store = store
        self._sealed = sealed
        self._storing: set[asyncio.Task[None]] = set()
        self._log = logger("air")

    async def send(
        self, room: RoomId, rendition: str, frames: Sequence[AirFrames], segments: Sequence[AirSegment]
    ) -> None:
        """What `Rendition.push` or `close` returned. Returns when the frames are on their way; order is kept."""
        for message in frames:
            await self._broker.publish(air_subject(room, rendition), msgspec.msgpack.encode(message))
        for segment in segments:
            if len(self._storing) >= PENDING:
                LOST.inc()
                continue
            task = asyncio.create_task(self._keep(room, rendition, segment))
            self._storing.add(task)
            task.add_done_callback(self._storing.discard)

    async def drain(self) -> None:
        """Wait for the segments that are on their way; each gives up by itself after its attempts."""
        if self._storing:
            await asyncio.wait(self._storing)

    async def _keep(self, room: RoomId, rendition: str, segment: AirSegment) -> None:
        fault: AirUnavailable | None = None
        for _ in range(ATTEMPTS):
            try:
                await self._store.store(room, rendition, segment)
            except LowerEpoch as lost:
                self._log.info("segment not stored", room=room, rendition=rendition, msn=segment.msn, why=str(lost))
                return
            except AirUnavailable as again:
                fault = again
                continue
            await self._sealed(room, rendition, segment)
            return
        LOST.inc()
        self._log.warning("segment lost", room=room, rendition=rendition, msn=segment.msn, why=str(fault))
