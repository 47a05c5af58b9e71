"""The rooms as this edge sees them: folded from the log, their clocks from the mixers' beacons."""

import asyncio
from collections.abc import Callable
from typing import get_args

from libs.events.ids import START, Position, RoomId, Samples
from libs.events.log import Batch, EventLog
from libs.events.subjects import Interest
from libs.events.telemetry import ClockBeacon
from libs.service.broker import Broker
from libs.service.forgotten import Forgotten
from libs.service.mediaclock import MediaClock
from services.media.distribution.state import UNKNOWN, Room, Stage, Telling, evolve

INTEREST = Interest(owners=("rooms", "media"))
TELLING = get_args(Telling)


class Rooms:
    """Every room that was ever opened; `seconds` is a monotonic clock."""

    def __init__(self, log: EventLog, seconds: Callable[[], float]) -> None:
        self.forgotten = Forgotten()
        self._log = log
        self._seconds = seconds
        self._rooms: dict[RoomId, Room] = {}
        self._clock = MediaClock()
        self._following: asyncio.Task[None] | None = None

    async def start(self, broker: Broker) -> None:
        """Returns when everything that has happened is folded."""
        position = START
        async for batch in self._log.read_all(START, INTEREST):
            position = self._fold(batch)
        self._following = asyncio.create_task(self._follow(position))
        await broker.hear(ClockBeacon, self._beacon)

    async def stop(self) -> None:
        """Fold no more."""
        if self._following is not None:
            self._following.cancel()
            await asyncio.wait([self._following])

    def unready(self) -> str | None:
        """None while folding."""
        if self._following is None or self._following.done():
            return "the log is not being followed"
        return None

    def get(self, room: RoomId) -> Room:
        """The room; `UNKNOWN` when it was never opened."""
        return self._rooms.get(room, UNKNOWN)

    def mediatime(self, room: RoomId) -> Samples:
        """What media time should be there now; 0 for a room that nothing is known of."""
        return self._clock.at(room, self._seconds()) or Samples(0)

    async def _follow(self, position: Position) -> None:
        async for batch in self._log.follow(position, INTEREST):
            self._fold(batch)

    def _fold(self, batch: Batch) -> Position:
        for recorded in batch:
            event = recorded.event
            self.forgotten.learn(event)
            if isinstance(event, TELLING):
                room = evolve(self.get(event.room), event)
                self._rooms[event.room] = room
                if room.stage is Stage.OVER:
                    self._clock.ended(event.room)
                else:
                    self._clock.opened(event.room, self._seconds())
        return batch[-1].position

    def _beacon(self, beacon: ClockBeacon) -> None:
        if self.get(beacon.room).stage in (Stage.OPEN, Stage.LIVE):
            self._clock.beacon(beacon.room, beacon.epoch, beacon.mediatime, self._seconds())
