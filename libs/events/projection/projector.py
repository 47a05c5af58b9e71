"""Exactly once from the log into PostgreSQL: a view's change and its checkpoint are one transaction.

The checkpoint names the log and the last position that the view has in it. It is moved by compare-and-set, so of
several processes that run the same projection each fact is applied by the first; the others find the checkpoint ahead
of them and leave out what is done. A transaction takes whatever is queued: one fact when it is calm, hundreds when
there is catching up to do. When the connection breaks during a commit, nobody knows whether it counted; the checkpoint
does. A view of another log is refused: mixing the two would be neither.
"""

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from typing import Protocol

import asyncpg
from sqlalchemy.ext.asyncio import AsyncEngine

from ..ids import START, Milliseconds, Position
from ..log import Batch, EventLog, LogTrouble
from ..refusal import NotYetCaughtUp
from ..subjects import EVERYTHING, Interest
from .postgres import GONE, Connection, raw

PATIENCE = Milliseconds(500)
PAUSE_SECONDS = 0.2
SKIPPED_AT_MOST = 10_000
"""So many facts of no interest may pass before the checkpoint is moved for their sake."""


class ViewOfAnotherLog(LogTrouble):
    """The database has views of another log than this one; the message names the command that makes them anew."""


class Projection(Protocol):
    """One view. `apply` changes tables and nothing else, so that the same facts always make the same view."""

    @property
    def name(self) -> str:
        """Of its checkpoint; a changed view with a new name is filled from the start."""

    @property
    def interest(self) -> Interest:
        """The facts that it wants."""

    async def apply(self, connection: Connection, facts: Batch) -> None:
        """Bring these facts, in order, into the view. Runs inside the transaction that moves the checkpoint."""


class _Rewound(Exception):
    """The checkpoint is gone or behind us: the views were cleared while we ran."""


class Projector:
    """Runs one projection. `position` is how far it is, counting facts that it had no interest in."""

    def __init__(
        self,
        engine: AsyncEngine,
        log: EventLog,
        projection: Projection,
        moved: Callable[[Position], None] | None = None,
    ) -> None:
        self.position = START
        self.fault: BaseException | None = None
        self._engine = engine
        self._log = log
        self._projection = projection
        self._moved = moved
        self._progress = asyncio.Event()
        self._checkpoint = START
        self._stream = ""
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Go on after the checkpoint, in the background. Raises ViewOfAnotherLog or LogUnavailable at once."""
        await self._resume()
        self._task = asyncio.create_task(self._run(), name=f"projection {self._projection.name}")
        self._task.add_done_callback(self._ended)

    async def stop(self) -> None:
        """Stop; a transaction under way is rolled back and done again at the next start."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    def unready(self) -> str | None:
        """Why it does not run, for readiness probes; a view that fails stops rather than lie."""
        return None if self.fault is None else f"the view {self._projection.name!r} stopped: {self.fault}"

    async def reached(self, position: Position, patience: Milliseconds = PATIENCE) -> None:
        """Return when everything up to `position` is in the view. Raises NotYetCaughtUp after `patience`."""
        try:
            async with asyncio.timeout(patience / 1000):
                while self.position < position:
                    await self._progress.wait()
        except TimeoutError:
            name = self._projection.name
            raise NotYetCaughtUp(f"the view {name!r} is at {self.position}, not yet at {position}; ask again") from None

    def _ended(self, task: "asyncio.Task[None]") -> None:
        if not task.cancelled():
            self.fault = task.exception()

    async def _run(self) -> None:
        while True:
            try:
                async with aclosing(self._log.follow(self.position)) as batches:
                    async for batch in batches:
                        await self._take(batch)
            except _Rewound:
                await self._resume()

    async def _resume(self) -> None:
        """Find the checkpoint, or make one at the start."""
        self._stream = await self._log.identity()
        name = self._projection.name
        async with raw(self._engine) as connection:
            await connection.execute(NEW_CHECKPOINT, name, self._stream, START)
            stream, position = await self._checkpoint_row(connection)
        if stream != self._stream:
            raise ViewOfAnotherLog(
                f"the view {name!r} was made from the log {stream!r}, but the broker has {self._stream!r}: "
                "bring back that log, or make the views anew with `parlor log rebuild`"
            )
        end = await self._log.end()
        if position > end:
            raise ViewOfAnotherLog(
                f"the view {name!r} has seen position {position}, but the log ends at {end}: facts were lost. "
                "`parlor log rebuild` makes the views anew; view.archive still has every line"
            )
        self._checkpoint = position
        self._advance(position)

    async def _checkpoint_row(self, connection: Connection) -> tuple[str, Position]:
        row = await connection.fetchrow(READ_CHECKPOINT, self._projection.name)
        return ("", START) if row is None else (row["stream"], Position(row["position"]))

    async def _take(self, batch: Batch) -> None:
        interest = self._projection.interest
        wanted = batch
        if interest != EVERYTHING:
            wanted = [fact for fact in batch if interest.covers(fact.envelope.aggregate)]
        last = batch[-1].position
        if wanted or last - self._checkpoint > SKIPPED_AT_MOST:
            await self._commit(wanted, last)
        self._advance(last)

    async def _commit(self, facts: Batch, last: Position) -> None:
        while self._checkpoint < last:
            try:
                await self._transaction([fact for fact in facts if fact.position > self._checkpoint], last)
            except asyncpg.InterfaceError as fault:
                if not _is_gone(fault):
                    raise
                await asyncio.sleep(PAUSE_SECONDS)
            except GONE:
                await asyncio.sleep(PAUSE_SECONDS)

    async def _transaction(self, facts: Batch, last: Position) -> None:
        async with raw(self._engine) as connection:
            async with connection.transaction():
                moved = await connection.fetchval(
                    MOVE_CHECKPOINT, self._projection.name, self._stream, self._checkpoint, last
                )
                if moved is not None and facts:
                    await self._projection.apply(connection, facts)
            if moved is None:
                stream, position = await self._checkpoint_row(connection)
                if stream != self._stream or position < self._checkpoint:
                    raise _Rewound
                last = position
        self._checkpoint = last

    def _advance(self, position: Position) -> None:
        self.position = position
        self._progress.set()
        self._progress = asyncio.Event()
        if self._moved is not None:
            self._moved(position)


def _is_gone(fault: asyncpg.InterfaceError) -> bool:
    """A closed connection, as opposed to a call of ours that asyncpg finds wrong."""
    return "closed" in str(fault) or "released" in str(fault)


NEW_CHECKPOINT = "INSERT INTO view.checkpoints (name, stream, position) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING"
READ_CHECKPOINT = "SELECT stream, position FROM view.checkpoints WHERE name = $1"
MOVE_CHECKPOINT = """
UPDATE view.checkpoints SET position = $4 WHERE name = $1 AND stream = $2 AND position = $3 RETURNING position
"""
