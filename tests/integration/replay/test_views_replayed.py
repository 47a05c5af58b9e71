"""What our own views make of kept logs stays what it was: their rows are held against committed snapshots."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeAlias

import msgspec
import pytest

from libs.events.envelope import Recorded
from libs.events.ids import Milliseconds
from libs.events.log import Decision
from libs.events.memory import MemoryLog
from libs.events.projection.projection import Projection
from libs.events.projection.projector import Projector
from libs.events.testing.plugin import ReplayLog
from libs.events.testing.replayed import ReplayedLog
from libs.events.testing.snapshot import Snapshot
from libs.events.vocabulary import AnyEvent
from libs.service.database import engine, raw
from services.rooms.adapters.listing import RoomsView
from tests.superseded import planted, written_long_ago

FOLDER = Path(__file__).parents[2] / "replay"
LOGS = sorted(FOLDER.glob("*.jsonl"))
SOON = Milliseconds(20_000)

Rows: TypeAlias = list[dict[str, Any]]
Projected: TypeAlias = Callable[[Projection, ReplayedLog, list[int], str], Awaitable[dict[int, Rows]]]


@pytest.fixture
async def projected(database_url: str) -> AsyncIterator[Projected]:
    """A function of a view, a log, some places in it and a question in SQL: the rows as of each place, from nothing."""
    pool = engine(database_url)

    async def rows(view: Projection, log: ReplayedLog, places: list[int], question: str) -> dict[int, Rows]:
        memory = MemoryLog()
        projector = Projector(pool, memory, view)
        await projector.start()
        found: dict[int, Rows] = {}
        try:
            for start, end in pairwise([0, *places]):
                await append(memory, log.facts[start:end])
                await projector.reached(await memory.end(), SOON)
                async with raw(pool) as connection:
                    found[end] = [dict(row) for row in await connection.fetch(question)]
        finally:
            await projector.stop()
        return found

    yield rows
    await pool.dispose()


async def append(log: MemoryLog, facts: Sequence[Recorded[AnyEvent]]) -> None:
    """The next part of a log that is replayed."""
    decisions = [Decision(fact.envelope.aggregate, [fact.envelope]) for fact in facts]
    async for _ in log.append_in_order(decisions, await log.end()):
        pass


@pytest.mark.parametrize("file", LOGS, ids=[file.stem for file in LOGS])
async def test_the_listing_of_a_kept_log_stays_what_it_was(
    file: Path, replayed_log: ReplayLog, projected: Projected, parlor_snapshot: Snapshot
) -> None:
    places = sorted(msgspec.json.decode(file.with_suffix(".expected.json").read_bytes(), type=dict[int, Any]))
    rows = await projected(RoomsView(), replayed_log(file), places, "SELECT * FROM view.rooms ORDER BY room")

    parlor_snapshot(rows)


async def test_the_listing_of_a_log_of_long_ago_is_the_one_of_today(
    replayed_log: ReplayLog, projected: Projected, tmp_path: Path
) -> None:
    file = tmp_path / "moderation.jsonl"
    today = replayed_log(FOLDER / "moderation.jsonl")
    file.write_bytes(b"".join(line + b"\n" for line in written_long_ago(today.facts)))
    listed = "SELECT * FROM view.rooms"

    with planted():
        rows = await projected(RoomsView(), replayed_log(file, strict=True), [26], listed)
    [[row]] = rows.values()
    assert (row["title"], row["kind"]) == ("Town forum: the new bridge", "invited")
    assert [place["seat"] for place in row["stage"]] == ["host", "cohost"]
