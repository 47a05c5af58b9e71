"""Writes media's facts, in the order in which they came true, however long the log takes, while the room is ours."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from libs.events.command import Command
from libs.events.fresh import fresh_event_id
from libs.events.ids import Milliseconds, RoomId, Samples
from libs.events.ledger import Cause, Ledger
from libs.events.log import EventLog, LogUnavailable
from libs.events.media import MediaEvent
from libs.events.refusal import Contended
from libs.events.snapshot import Snapshots
from libs.service.logs import logger
from services.media.decide import Said, place, said, say

PENDING = 10_000
AGAIN_S = 1.0


async def always(_: MediaEvent) -> bool:
    """For whoever has all rooms."""
    return True


class Recorder:
    """`note` takes a fact from the event loop's thread; a task of its own writes it, if `may` says so just before: what
    a mixer has to say about a room that it has lost is nobody's business.
    """

    def __init__(
        self, log: EventLog, snapshots: Snapshots | None = None, wall: Callable[[], float] = time.time
    ) -> None:
        self.ledger: Ledger[Said, MediaEvent] = Ledger(log, said, Said(), snapshots)
        self.lost = 0
        self.may: Callable[[MediaEvent], Awaitable[bool]] = always
        self._wall = wall
        self._facts: asyncio.Queue[tuple[MediaEvent, Samples, Milliseconds, asyncio.Future[None]]]
        self._facts = asyncio.Queue(PENDING)
        self._task: asyncio.Task[None] | None = None
        self._log = logger("recorder")

    def start(self) -> None:
        """Begin to write."""
        self._task = asyncio.create_task(self._write(), name="recorder")

    def note(self, fact: MediaEvent, mediatime: Samples) -> asyncio.Future[None]:
        """Have it written; done when it is, or will never be."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        try:
            self._facts.put_nowait((fact, mediatime, self.now(), done))
        except asyncio.QueueFull:
            self.lost += 1
            done.set_result(None)
        return done

    async def drain(self) -> None:
        """Return when all is written; the task is over then."""
        await self._facts.join()
        if self._task is not None:
            self._task.cancel()

    def now(self) -> Milliseconds:
        """Wall-clock time, for people."""
        return Milliseconds(round(self._wall() * 1000))

    def cause(self, command: Command, room: RoomId) -> Cause:
        """Why what a command leads to is written."""
        return Cause(
            id=command.id,
            correlationid=command.correlationid,
            via=command.via,
            now=self.now(),
            actor=command.actor,
            roomid=room,
            heardat=command.heardat,
            traceparent=command.traceparent,
            expected=command.expected,
        )

    async def _write(self) -> None:
        while True:
            fact, mediatime, now, done = await self._facts.get()
            await self._one(fact, mediatime, now)
            self._facts.task_done()
            done.set_result(None)

    async def _one(self, fact: MediaEvent, mediatime: Samples, now: Milliseconds) -> None:
        identity = fresh_event_id()
        cause = Cause(id=identity, correlationid=identity, via="system", now=now, roomid=fact.room, mediatime=mediatime)
        while await self.may(fact):
            try:
                await self.ledger.record(place(fact), cause, say(fact))
            except LogUnavailable as fault:
                self._log.warning("log unavailable", fact=fact.tag, why=str(fault))
                await asyncio.sleep(AGAIN_S)
            except Contended as fault:
                self.lost += 1
                self._log.error("fact lost", fact=fact.tag, room=fact.room, why=str(fault))
                return
            else:
                return
