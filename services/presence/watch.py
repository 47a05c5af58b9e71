"""What presence knows: all rooms that are not over and done with, folded from the log's start.

So a restart knows who was connected and since when. What presence itself said is folded from its own facts.
"""

import asyncio
import time
from collections.abc import Callable
from contextlib import aclosing, suppress
from typing import cast, get_args

import msgspec

from libs.events.envelope import Recorded, milliseconds
from libs.events.ids import START, Milliseconds, Position, RoomId, Samples
from libs.events.log import Batch, EventLog
from libs.events.presence import PresenceEvent
from libs.events.rooms import RoomOpened
from libs.events.subjects import Interest
from libs.events.telemetry import ClockBeacon, EdgeAudience
from libs.events.vocabulary import AnyEvent
from libs.service.caughtup import CaughtUp
from libs.service.forgotten import Forgotten
from libs.service.mediaclock import MediaClock
from services.presence.audience import Audience
from services.presence.floor import Floor, Moment, evolve_floor
from services.presence.state import Attendance, evolve

INTEREST = Interest(owners=("rooms", "media", "presence"))
OWN = get_args(PresenceEvent)


class Seen(msgspec.Struct, frozen=True):
    """One room as presence has it: what others said, and what it said itself."""

    floor: Floor = Floor()
    attendance: Attendance = Attendance()


class Watch:
    """`woken` is set whenever something was folded."""

    def __init__(self, log: EventLog, now: Callable[[], Milliseconds]) -> None:
        self.rooms: dict[RoomId, Seen] = {}
        self.audience = Audience()
        self.caught_up = CaughtUp()
        self.forgotten = Forgotten()
        self.woken = asyncio.Event()
        self.now = now
        self._log = log
        self._clock = MediaClock()
        self._following: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Fold what there is, then follow. Raises LogUnavailable."""
        after = START
        async for batch in self._log.read_all(START, INTEREST):
            after = self._fold(batch)
        self._following = asyncio.create_task(self._follow(after), name="presence follows the log")

    async def stop(self) -> None:
        """Stop following."""
        if self._following is not None:
            self._following.cancel()
            with suppress(asyncio.CancelledError):
                await self._following

    def unready(self) -> str | None:
        """None while it follows."""
        if self._following is None or self._following.done():
            return "the log is not followed"
        return None

    def beacon(self, beacon: ClockBeacon) -> None:
        """A mixer told its media time."""
        self._clock.beacon(beacon.room, beacon.epoch, beacon.mediatime, time.monotonic())

    def counted(self, beacon: EdgeAudience) -> None:
        """An edge told how many listen."""
        self.audience.heard(beacon, self.now())

    def listeners(self, room: RoomId) -> int:
        """How many listen now."""
        return self.audience.listeners(room, self.now())

    def mediatime(self, room: RoomId, least: Samples | None = None) -> Samples | None:
        """Media time of a room now, never before `least`."""
        at = self._clock.at(room, time.monotonic())
        return least if at is None else Samples(max(at, least or 0))

    async def _follow(self, after: Position) -> None:
        async with aclosing(self._log.follow(after, INTEREST)) as batches:
            async for batch in batches:
                self._fold(batch)
                self.woken.set()

    def _fold(self, batch: Batch) -> Position:
        for recorded in batch:
            self._take(recorded)
        self.caught_up.reached(batch[-1].position)
        return batch[-1].position

    def _take(self, recorded: Recorded[AnyEvent]) -> None:
        self.forgotten.learn(recorded.event)
        room = RoomId(recorded.envelope.aggregate.scope)
        if isinstance(recorded.event, RoomOpened):
            self._clock.opened(room, time.monotonic())
            self.rooms[room] = Seen()
        before = self.rooms.get(room)
        if before is None:
            return
        after = fold(before, recorded)
        self.rooms[room] = after
        if after.floor.ended and after.attendance == Attendance():
            del self.rooms[room]
            self._clock.ended(room)


def fold(seen: Seen, recorded: Recorded[AnyEvent]) -> Seen:
    """The room after one more fact."""
    envelope, event = recorded.envelope, recorded.event
    if isinstance(event, OWN):
        return Seen(seen.floor, evolve(seen.attendance, cast("PresenceEvent", event)))
    moment = Moment(
        envelope.id, milliseconds(envelope.time), envelope.mediatime, envelope.correlationid, envelope.traceparent
    )
    return Seen(evolve_floor(seen.floor, event, moment), seen.attendance)
