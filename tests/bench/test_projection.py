"""How fast views are made from a log of 100,000 facts, each exactly once, beside plainly inserting the same rows.

Of three rounds in turns the quickest counts: a floor in events per second is about this program, and whatever else the
machine does can only slow it.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeAlias

import pytest
from nats.aio.client import Client
from sqlalchemy.ext.asyncio import AsyncEngine

from libs.events.ids import Milliseconds
from libs.events.jetstream.log import JetStreamLog
from libs.events.projection.archive import Archive
from libs.events.projection.projection import Projection
from libs.events.projection.projector import Projector
from libs.service.database import clear_views, raw
from services.rooms.adapters.listing import RoomsView
from tests.bench.evenings import fill
from tests.bench.report import rate, write

ROOMS = 2_000
AT_ONCE = 20
FLOOR = 25_000
BATCH = 1_500
"""As many as a projector takes at a time while it catches up."""
ROUNDS = 3
PATIENCE = Milliseconds(300_000)

Row: TypeAlias = tuple[str, int, str, str, str, str, int, str]
INSERT = "INSERT INTO view.archive VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
CHECKPOINT = """
INSERT INTO view.checkpoints (name, stream, position) VALUES ('plain', '', $1)
ON CONFLICT (name) DO UPDATE SET position = excluded.position
"""


async def projected(database: AsyncEngine, log: JetStreamLog, *views: Projection) -> float:
    """Seconds until these views, side by side, have everything; then they are emptied."""
    projectors = [Projector(database, log, view) for view in views]
    end = await log.end()
    begun = time.perf_counter()
    for projector in projectors:
        await projector.start()
    await asyncio.gather(*(projector.reached(end, PATIENCE) for projector in projectors))
    took = time.perf_counter() - begun
    for projector in projectors:
        await projector.stop()
        assert projector.parked == 0
    await emptied(database)
    return took


async def inserted(database: AsyncEngine, rows: list[Row]) -> float:
    """Seconds for the archive's rows, all in memory already, by asyncpg's executemany and a checkpoint per batch."""
    begun = time.perf_counter()
    async with raw(database) as connection:
        for start in range(0, len(rows), BATCH):
            async with connection.transaction():
                await connection.executemany(INSERT, rows[start : start + BATCH])
                await connection.execute(CHECKPOINT, start)
    took = time.perf_counter() - begun
    await emptied(database)
    return took


async def emptied(database: AsyncEngine) -> None:
    await clear_views(database)
    async with raw(database) as connection:
        await connection.execute("TRUNCATE view.archive")


async def rows_of(log: JetStreamLog) -> list[Row]:
    """What the archive will have."""
    return [
        (
            "EVT",
            fact.position,
            fact.envelope.id,
            fact.envelope.type,
            fact.envelope.scope,
            fact.envelope.subject,
            fact.envelope.revision,
            fact.line.decode(),
        )
        async for batch in log.read_all()
        for fact in batch
    ]


@pytest.mark.timeout(900)
async def test_views_keep_up_with_a_busy_log(database: AsyncEngine, client: Client) -> None:
    log = await JetStreamLog.open(client)
    facts = await fill(client, ROOMS, AT_ONCE)
    assert facts == await log.end() == 100_000
    rows = await rows_of(log)
    measured: list[Callable[[], Awaitable[float]]] = [
        lambda: inserted(database, rows),
        lambda: projected(database, log, Archive()),
        lambda: projected(database, log, RoomsView()),
        lambda: projected(database, log, Archive(), RoomsView()),
    ]
    rounds = [[facts / await measure() for measure in measured] for _ in range(ROUNDS)]
    plain, archive, rooms, both = map(max, zip(*rounds, strict=True))
    path = write(
        "projection",
        [
            rate("archive: every line exactly once", archive, plain, floor=FLOOR),
            rate("rooms view: every fact exactly once", rooms, plain, floor=FLOOR),
            rate("both at once, as the service runs them", both, plain),
        ],
    )
    assert path.stat().st_size > 0
