"""What our own views make of kept logs stays what it was: their rows are held against committed snapshots."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from libs.events.ids import Milliseconds
from libs.events.memory import MemoryLog
from libs.events.projection.projection import Projection
from libs.events.projection.projector import Projector
from libs.events.replay import replay
from libs.events.testing.plugin import ReplayLog
from libs.events.testing.replayed import ReplayedLog
from libs.events.testing.snapshot import Snapshot
from libs.service.database import engine, raw
from services.rooms.adapters.listing import RoomsView

LOGS = sorted((Path(__file__).parents[2] / "replay").glob("*.jsonl"))
SOON = Milliseconds(20_000)

Rows: TypeAlias = list[dict[str, Any]]
Projected: TypeAlias = Callable[[Projection, ReplayedLog, str], Awaitable[Rows]]


@pytest.fixture
async def projected(database_url: str) -> AsyncIterator[Projected]:
    """A function of a view, a log and a question in SQL: the rows after a replay from nothing."""
    pool = engine(database_url)

    async def rows(view: Projection, log: ReplayedLog, question: str) -> Rows:
        memory = MemoryLog()
        async for _ in replay(memory, log.facts):
            pass
        projector = Projector(pool, memory, view)
        await projector.start()
        try:
            await projector.reached(await memory.end(), SOON)
            async with raw(pool) as connection:
                return [dict(row) for row in await connection.fetch(question)]
        finally:
            await projector.stop()

    yield rows
    await pool.dispose()


@pytest.mark.parametrize("file", LOGS, ids=[file.stem for file in LOGS])
async def test_the_listing_of_a_kept_log_stays_what_it_was(
    file: Path, replayed_log: ReplayLog, projected: Projected, parlor_snapshot: Snapshot
) -> None:
    rows = await projected(RoomsView(), replayed_log(file), "SELECT * FROM view.rooms ORDER BY room")

    parlor_snapshot(rows)
