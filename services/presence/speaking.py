"""Says what presence has to say, when it is due.

A replica that is a moment behind another loses the append and finds its fact written already: who joined or left is
named after the fact that caused it, a measurement after its window.
"""

import asyncio
from contextlib import suppress
from functools import partial
from uuid import NAMESPACE_OID, uuid5

from libs.events import subjects
from libs.events.ids import CommandId, Milliseconds, RoomId
from libs.events.ledger import Cause, Ledger
from libs.events.log import EventLog, LogUnavailable
from libs.events.presence import PresenceEvent
from libs.events.refusal import Contended
from libs.events.snapshot import Snapshots
from libs.events.subjects import Aggregate
from libs.service.logs import logger
from libs.service.tracing import current, linked
from services.presence.commands import Measure, PresenceVerb
from services.presence.decide import WINDOW, Turn, deadline, decide, turns
from services.presence.state import Attendance, evolve
from services.presence.watch import Watch

AGAIN_S = 1.0


class Speaking:
    """Two loops: one for speakers, at once; one for the crowd, once a window."""

    def __init__(self, log: EventLog, watch: Watch, snapshots: Snapshots | None = None) -> None:
        self._watch = watch
        self._ledger: Ledger[Attendance, PresenceEvent] = Ledger(log, evolve, Attendance(), snapshots)
        self._log = logger("presence")
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Begin."""
        self._tasks = [asyncio.create_task(self._speakers()), asyncio.create_task(self._crowd())]

    async def stop(self) -> None:
        """Stop; what is due then is said by whoever comes next."""
        for task in self._tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    def unready(self) -> str | None:
        """None while both loops run."""
        return None if self._tasks and not any(task.done() for task in self._tasks) else "presence does not speak"

    async def _speakers(self) -> None:
        watch = self._watch
        while True:
            watch.woken.clear()
            for room, seen in list(watch.rooms.items()):
                for turn in turns(room, seen.floor, seen.attendance, watch.now()):
                    await self._say_turn(room, turn)
            deadlines = [deadline(seen.floor, seen.attendance) for seen in watch.rooms.values()]
            waits = [due - watch.now() for due in deadlines if due is not None]
            with suppress(TimeoutError):
                async with asyncio.timeout(max(0.05, min(waits) / 1000) if waits else None):
                    await watch.woken.wait()

    async def _say_turn(self, room: RoomId, turn: Turn) -> None:
        mediatime = self._watch.mediatime(room, turn.cause.mediatime)
        with linked("presence", "speakers", [turn.cause.traceparent]):
            cause = Cause(
                id=turn.cause.fact,
                correlationid=turn.cause.correlationid or turn.cause.fact,
                via="log",
                now=self._watch.now(),
                roomid=room,
                mediatime=mediatime,
                traceparent=current(),
            )
            await self._say(room, cause, turn.ask)

    async def _crowd(self) -> None:
        watch = self._watch
        while True:
            await asyncio.sleep((WINDOW - watch.now() % WINDOW) / 1000)
            spoken_of = set(watch.audience.rooms(watch.now()))
            for room, seen in list(watch.rooms.items()):
                if room in spoken_of or seen.attendance.listeners:
                    ended = seen.floor.ended is not None
                    await self._say_measure(room, 0 if ended else watch.listeners(room))

    async def _say_measure(self, room: RoomId, listeners: int) -> None:
        window = self._watch.now() // WINDOW
        identity = CommandId(str(uuid5(NAMESPACE_OID, f"audience/{room}/{window}")))
        cause = Cause(
            id=identity,
            correlationid=identity,
            via="telemetry",
            now=self._watch.now(),
            roomid=room,
            mediatime=self._watch.mediatime(room),
        )
        await self._say(room, cause, Measure(room=room, listeners=listeners, window=Milliseconds(WINDOW)))

    async def _say(self, room: RoomId, cause: Cause, what: PresenceVerb) -> None:
        try:
            await self._ledger.record(attendance_of(room), cause, partial(decide, what))
        except (LogUnavailable, Contended) as fault:
            self._log.warning("not said yet", room=room, why=str(fault))
            await asyncio.sleep(AGAIN_S)
            self._watch.woken.set()


def attendance_of(room: RoomId) -> Aggregate:
    """What presence writes about in a room."""
    return subjects.room(room, owner="presence", kind="attendance")
