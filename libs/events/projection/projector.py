"""Exactly once from the log into PostgreSQL: a view's change and its checkpoint are one transaction.

The checkpoint names the log and the last position that the view has in it. It is moved by compare-and-set, so of
several processes that run the same projection each fact is applied by the first; the others find the checkpoint ahead
of them and leave out what is done. A transaction takes whatever is queued: one fact when it is calm, hundreds when
there is catching up to do. When the connection breaks during a commit, nobody knows whether it counted; the checkpoint
does. A view of another log is refused: mixing the two would be neither.

A fact that can't be applied is parked (isolating.py, parked.py) and the view goes on without its scope. That is better
than a view that stands still, as long as it is the exception: `PARKED_AT_MOST` facts, and the view stops after all.
"""

import asyncio
from collections.abc import Callable
from contextlib import aclosing, suppress

from sqlalchemy.ext.asyncio import AsyncEngine

from ..event import Unknown
from ..ids import START, Milliseconds, Position
from ..log import Batch, EventLog, LogTrouble, LogUnavailable
from ..parked import Parking
from ..refusal import NotYetCaughtUp
from ..subjects import EVERYTHING
from . import checkpoint
from .announcing import Announcer
from .checkpoint import Checkpoint
from .isolating import CannotApply, all_readable, apply_at_once, apply_what_can_be
from .parked_table import Reason, blocked, park
from .postgres import Connection, passes, raw
from .projection import Projection

PATIENCE = Milliseconds(500)
PAUSE_SECONDS = 0.2
LOOKS = 10
"""So often, with pauses, the log is asked for its end again before facts are said to be lost."""
FULL_PAUSE_SECONDS = 2.0
SKIPPED_AT_MOST = 10_000
"""So many facts of no interest may pass before the checkpoint is moved for their sake."""
PARKED_AT_MOST = 10_000
"""Waiting facts count too: one bad fact of a room that is on air for days leaves about a day to see to it."""


class ViewOfAnotherLog(LogTrouble):
    """The database has views of another log than this one; the message names the command that makes them anew."""


class _Rewound(Exception):
    """The checkpoint is gone or behind us: the views were cleared while we ran."""


class _Full(Exception):
    """So many facts would be parked that the view is no view any more."""


class Projector:
    """Runs one projection. `position` is how far it is, counting facts that it had no interest in and facts that it
    parked; `parked` and `unknown` are how many those are (unknown ones since the start), `applied` is the time of the
    last fact, as its envelope says it.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        log: EventLog,
        projection: Projection,
        parking: Parking | None = None,
        moved: Callable[[Position], None] | None = None,
    ) -> None:
        self.name = projection.name
        self.position = START
        self.parked = 0
        self.unknown = 0
        self.applied = ""
        self.parked_at_most = PARKED_AT_MOST
        self._engine = engine
        self._log = log
        self._projection = projection
        self._announcer = Announcer(engine, projection.name, parking)
        self._moved = moved
        self._progress = asyncio.Event()
        self._checkpoint = Checkpoint()
        self._fault: BaseException | None = None
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Go on after the checkpoint, in the background. Raises ViewOfAnotherLog or LogUnavailable at once."""
        await self._resume()
        running = asyncio.create_task(self._run(), name=f"projection {self.name}")
        running.add_done_callback(self._ended)
        announcing = asyncio.create_task(self._announcer.run(), name=f"parked messages of {self.name}")
        self._tasks = [running, announcing]

    async def stop(self) -> None:
        """Stop; a transaction under way is rolled back and done again at the next start."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    def unready(self) -> str | None:
        """Why it does not run, for readiness probes; a view that fails stops rather than lie."""
        return None if self._fault is None else f"the view {self.name!r} stopped: {self._fault}"

    def degraded(self) -> str | None:
        """What it lacks although it runs."""
        if not self.parked:
            return None
        return f"the view {self.name!r} lacks {self.parked} parked facts: see `parlor log parked`"

    async def look(self) -> None:
        """Learn how many facts are parked: somebody else may have applied some. Raises what `raw` does."""
        async with raw(self._engine) as connection:
            self.parked = (await checkpoint.read(connection, self.name)).parked

    async def reached(self, position: Position, patience: Milliseconds = PATIENCE) -> None:
        """Return when everything up to `position` is in the view or parked. Raises NotYetCaughtUp after `patience`."""
        try:
            async with asyncio.timeout(patience / 1000):
                while self.position < position:
                    await self._progress.wait()
        except TimeoutError:
            raise NotYetCaughtUp(
                f"the view {self.name!r} is at {self.position}, not yet at {position}; ask again"
            ) from None

    def _ended(self, task: "asyncio.Task[None]") -> None:
        if not task.cancelled():
            self._fault = task.exception()

    async def _run(self) -> None:
        while True:
            with suppress(_Rewound):
                async with aclosing(self._log.follow(self.position)) as batches:
                    async for batch in batches:
                        await self._take(batch)
            await self._resume_in_time()

    async def _resume_in_time(self) -> None:
        """As `_resume`, for as often as it takes while the log or the database is away."""
        while True:
            try:
                return await self._resume()
            except LogUnavailable:
                await asyncio.sleep(PAUSE_SECONDS)
            except Exception as fault:
                if not passes(fault):
                    raise
                await asyncio.sleep(PAUSE_SECONDS)

    async def _resume(self) -> None:
        """Find the checkpoint, or make one at the start."""
        stream = await self._log.identity()
        async with raw(self._engine) as connection:
            found = await checkpoint.begin(connection, self.name, stream)
        if found.stream != stream:
            raise ViewOfAnotherLog(
                f"the view {self.name!r} was made from the log {found.stream!r}, but the broker has {stream!r}: "
                "bring back that log, or make the views anew with `parlor log rebuild`"
            )
        end = await self._end(found.position)
        if found.position > end:
            raise ViewOfAnotherLog(
                f"the view {self.name!r} has seen position {found.position}, but the log ends at {end}: facts were "
                "lost. `parlor log rebuild` makes the views anew; view.archive still has every line"
            )
        self._is_at(found)
        self._advance(found.position)

    async def _end(self, at_least: Position) -> Position:
        """Where the log ends. Of several servers a new leader, or one that missed its end, may not know all yet."""
        end = await self._log.end()
        for _ in range(LOOKS):
            if end >= at_least:
                break
            await asyncio.sleep(PAUSE_SECONDS)
            end = await self._log.end()
        return end

    async def _take(self, batch: Batch) -> None:
        interest = self._projection.interest
        wanted = batch
        if interest != EVERYTHING:
            wanted = [fact for fact in batch if interest.covers(fact.envelope.aggregate)]
        last = batch[-1].position
        if wanted or last - self._checkpoint.position > SKIPPED_AT_MOST:
            await self._commit(wanted, last)
            self.unknown += sum(isinstance(fact.event, Unknown) for fact in wanted)
        self.applied = batch[-1].envelope.time
        self._advance(last)

    async def _commit(self, facts: Batch, last: Position) -> None:
        """Try until it is in, here or in another process; with care from the moment that a fact stands in the way."""
        careful = False
        while self._checkpoint.position < last:
            try:
                await self._transaction(facts, last, careful=careful)
                self._fault = None
            except CannotApply:
                careful = True
            except _Full as fault:
                self._fault = fault
                await asyncio.sleep(FULL_PAUSE_SECONDS)
            except Exception as fault:
                if not passes(fault):
                    raise
                await asyncio.sleep(PAUSE_SECONDS)

    async def _transaction(self, facts: Batch, last: Position, *, careful: bool) -> None:
        before = self._checkpoint
        left: list[Reason] = []
        async with raw(self._engine) as connection:
            async with connection.transaction():
                parked = await checkpoint.move(connection, self.name, before, last)
                if parked is not None:
                    todo = [fact for fact in facts if fact.position > before.position]
                    left = await self._apply(connection, todo, careful=careful or parked > 0)
                    await self._park(connection, left, parked)
            if parked is None:
                now = await checkpoint.read(connection, self.name)
                if now.stream != before.stream or now.position < before.position:
                    raise _Rewound
            else:
                now = Checkpoint(before.stream, last, parked + len(left))
        self._is_at(now)
        if left:
            self._announcer.wake()

    async def _apply(self, connection: Connection, facts: Batch, *, careful: bool) -> list[Reason]:
        if not facts:
            return []
        if not careful and (self._projection.takes_unreadable or all_readable(facts)):
            await apply_at_once(connection, self._projection, facts)
            return []
        waiting = await blocked(connection, self.name, {fact.envelope.scope for fact in facts})
        return list(await apply_what_can_be(connection, self._projection, facts, waiting))

    async def _park(self, connection: Connection, left: list[Reason], parked: int) -> None:
        if not left:
            return
        if parked + len(left) > self.parked_at_most:
            raise _Full(
                f"{parked} facts are parked and {len(left)} more would be, which is more than {self.parked_at_most}; "
                f"the next, position {left[0].fact.position}: {left[0].why}. See `parlor log parked`"
            )
        await park(connection, self.name, self._checkpoint.stream, left)
        await checkpoint.count(connection, self.name, len(left))

    def _is_at(self, found: Checkpoint) -> None:
        self._checkpoint = found
        self.parked = found.parked

    def _advance(self, position: Position) -> None:
        self.position = position
        self._progress.set()
        self._progress = asyncio.Event()
        if self._moved is not None:
            self._moved(position)
