"""All tuners of an edge, their heartbeat, and what the edge tells others about its listeners."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from libs.events.ids import Milliseconds, RoomId, Samples
from libs.events.telemetry import EdgeAudience, ListenerJoined, RenditionWanted
from libs.service.broker import Broker
from libs.service.logs import logger
from services.media.distribution.audience import Audience
from services.media.distribution.bed import Bed, bed
from services.media.distribution.formats import FORMATS, Format
from services.media.distribution.rooms import Rooms
from services.media.distribution.tuner import Tuner

BEAT_SECONDS = 0.25
BEATS_PER_REPORT = 4
LINGER = Milliseconds(30_000)


class Tuners:
    """Tunes in for the first listener of a rendition and out some time after the last."""

    def __init__(self, broker: Broker, rooms: Rooms, edge: str, now: Callable[[], Milliseconds]) -> None:
        self.audience = Audience()
        self._beds = {(form, channels): bed(form, channels) for form in FORMATS.values() for channels in (1, 2)}
        self._broker = broker
        self._rooms = rooms
        self._edge = edge
        self._now = now
        self._tuners: dict[tuple[RoomId, str], Tuner] = {}
        self._sequence = 0
        self._beating: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to beat."""
        self._beating = asyncio.create_task(self._beat())

    async def stop(self) -> None:
        """End all streams."""
        if self._beating is not None:
            self._beating.cancel()
            await asyncio.wait([self._beating])
        for tuner in self._tuners.values():
            await tuner.stop()
        self._tuners.clear()

    @asynccontextmanager
    async def tuned(self, room: RoomId, form: Format) -> AsyncIterator[Tuner]:
        """The tuner of a rendition, for as long as one listener needs it."""
        tuner = self._tuners.get((room, form.name))
        if tuner is None or tuner.over:
            tuner = Tuner(room, form, self.bed(room, form), self._now)
            self._tuners[room, form.name] = tuner
            tuner.line.void_below(self._rooms.get(room).epoch)
            await tuner.start(self._broker)
        tuner.listeners += 1
        try:
            if tuner.listeners == 1:
                await self._want(tuner)
            yield tuner
        finally:
            tuner.listeners -= 1
            tuner.idle_since = self._now()

    def bed(self, room: RoomId, form: Format) -> Bed:
        """What stands in for the room's programme."""
        return self._beds[form, self._rooms.get(room).channels]

    def listeners(self, room: RoomId, rendition: str) -> int:
        """Streams of a rendition that are open now."""
        tuner = self._tuners.get((room, rendition))
        return tuner.listeners if tuner else 0

    async def joined(self, tuner: Tuner, token: str, mediatime: Samples) -> None:
        """Tell that what a listener hears began (or would have begun, after a jump) at this media time."""
        beacon = ListenerJoined(room=tuner.room, token=token, rendition=tuner.form.name, mediatime=mediatime)
        await self._broker.tell(beacon, tuner.room)

    def accepted(self, tuner: Tuner, token: str) -> None:
        """A listener took bytes."""
        self.audience.accepted(tuner.room, token, self._now())

    async def _beat(self) -> None:
        while True:
            for _ in range(BEATS_PER_REPORT):
                await asyncio.sleep(BEAT_SECONDS)
                for tuner in self._tuners.values():
                    tuner.tick(self._rooms.get(tuner.room), self._rooms.mediatime(tuner.room))
            try:
                await self._report()
            except Exception:  # noqa: BLE001  # streams must go on; numbers are absolute, the next report heals this one
                logger("edge").exception("report failed")

    async def _report(self) -> None:
        for tuner in self._tuners.values():
            if tuner.listeners:
                await self._want(tuner)
        self._sequence += 1
        for room, listeners in self.audience.counted(self._now()).items():
            beacon = EdgeAudience(room=room, edge=self._edge, sequence=self._sequence, listeners=listeners)
            await self._broker.tell(beacon, room)
        await self._tune_out()

    async def _want(self, tuner: Tuner) -> None:
        if tuner.form.on_demand:
            await self._broker.tell(RenditionWanted(room=tuner.room, rendition=tuner.form.name), tuner.room)

    async def _tune_out(self) -> None:
        for key, tuner in list(self._tuners.items()):
            if not tuner.listeners and self._now() - tuner.idle_since > LINGER:
                del self._tuners[key]
                await tuner.stop()
