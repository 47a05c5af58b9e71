"""The gateway's own picture of the rooms, folded from the log: nobody is asked while a person waits for an answer."""

import asyncio
from collections.abc import Callable
from contextlib import aclosing, suppress

from libs.events.ids import START, Milliseconds, Position, RoomId, Samples
from libs.events.log import Batch, EventLog
from libs.events.rooms import RoomEnded, RoomOpened, WentLive
from libs.events.subjects import Interest
from libs.events.telemetry import ClockBeacon
from libs.service.mediaclock import MediaClock
from services.alexa_gateway.state import Rooms, evolve_rooms

OURS = Interest(owners=("rooms",))
CATCH_UP_SECONDS = 30


class Follower:
    """Rooms as of the newest fact that came, and their clocks."""

    def __init__(self, log: EventLog, monotonic: Callable[[], float]) -> None:
        self.rooms = Rooms()
        self._log = log
        self._monotonic = monotonic
        self._clock = MediaClock()
        self._task: asyncio.Task[None] | None = None
        self._reached = START
        self._moved = asyncio.Condition()

    async def start(self) -> None:
        """Fold what there is; returns when that is done. Raises LogUnavailable."""
        async for batch in self._log.read_all(START, OURS):
            self._fold(batch)
        self._task = asyncio.create_task(self._follow(self._reached), name="alexa gateway follows the log")

    async def stop(self) -> None:
        """Stop following."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    def unready(self) -> str | None:
        """A reason when the picture is no longer kept up to date."""
        if self._task is None or self._task.done():
            return "the log is not followed"
        return None

    def tick(self, beacon: ClockBeacon) -> None:
        """A mixer told its media time."""
        self._clock.beacon(beacon.room, beacon.epoch, beacon.mediatime, self._monotonic())

    def clock(self, room: RoomId) -> Samples | None:
        """Media time of a room now; None when it is over or was never opened."""
        return self._clock.at(room, self._monotonic())

    async def reach(self, position: Position, patience: Milliseconds) -> bool:
        """Wait until the fold has come to a position; False when it has not in time."""
        try:
            async with asyncio.timeout(patience / 1000), self._moved:
                await self._moved.wait_for(lambda: self._reached >= position)
        except TimeoutError:
            return False
        return True

    async def _follow(self, after: Position) -> None:
        async with aclosing(self._log.follow(after, OURS)) as batches:
            async for batch in batches:
                self._fold(batch)
                async with self._moved:
                    self._moved.notify_all()

    def _fold(self, batch: Batch) -> None:
        for recorded in batch:
            event = recorded.event
            if isinstance(event, RoomOpened | WentLive | RoomEnded):
                self.rooms = evolve_rooms(self.rooms, event, recorded.envelope.mediatime or Samples(0))
            match event:
                case RoomOpened():
                    self._clock.opened(event.room, self._monotonic())
                case RoomEnded():
                    self._clock.ended(event.room)
                case _:  # other facts don't move a clock
                    pass
            self._reached = recorded.position
