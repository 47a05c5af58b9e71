"""Any log that is taken out and put into an empty system is the same log there, and makes the same views."""

from collections.abc import Sequence
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis.errors import NoSuchExample
from sqlalchemy.ext.asyncio import AsyncEngine

from libs.events.envelope import Recorded
from libs.events.ids import START, Milliseconds
from libs.events.jetstream.existing import erase
from libs.events.jetstream.log import JetStreamLog
from libs.events.log import EventLog
from libs.events.memory import MemoryLog
from libs.events.projection.projector import Projector
from libs.events.replay import check, read_lines, replay
from libs.events.vocabulary import CLASSES, AnyEvent
from libs.service.database import raw
from parlor.projections import PROJECTIONS
from tests.integration.log.clients import connected
from tests.stories import logs, some

UNSHRUNK = (Phase.explicit, Phase.reuse, Phase.generate)
"""To make a log smaller that fails takes minutes on real servers."""

NAMES_THE_LOG = ("stream",)
"""Columns that say which log a row is from, and so differ."""


async def lines(log: EventLog) -> list[bytes]:
    """What an export of it has."""
    return [fact.line async for batch in log.read_all() for fact in batch]


async def put(log: EventLog, exported: Sequence[bytes]) -> EventLog:
    """Replay a file into a log that is empty."""
    assert check(read_lines(exported)) == len(exported)
    async for _ in replay(log, read_lines(exported)):
        pass
    return log


async def views(log: EventLog, database: AsyncEngine) -> dict[str, bytes]:
    """Every table of `view` as PostgreSQL writes it, made from nothing by all projections."""
    async with raw(database) as connection:
        tables = await connection.fetch("SELECT tablename AS name FROM pg_tables WHERE schemaname = 'view'")
        names = sorted(table["name"] for table in tables)
        await connection.execute(f"TRUNCATE {', '.join(f'view.{name}' for name in names)}")
    for projection in PROJECTIONS.values():
        projector = Projector(database, log, projection)
        await projector.start()
        await projector.reached(await log.end(), Milliseconds(20_000))
        await projector.stop()
    return {name: await written(database, name) for name in names}


async def written(database: AsyncEngine, table: str) -> bytes:
    """The rows of a table, in order, without what names the log."""
    async with raw(database) as connection:
        columns = await connection.fetch(
            "SELECT column_name AS name FROM information_schema.columns "
            "WHERE table_schema = 'view' AND table_name = $1 ORDER BY ordinal_position",
            table,
        )
        kept = ", ".join(f'"{column["name"]}"' for column in columns if column["name"] not in NAMES_THE_LOG)
        rows = await connection.fetch(f"SELECT ROW({kept})::text AS row FROM view.{table} ORDER BY 1")  # noqa: S608 - names from the catalogue
    return b"\n".join(row["row"].encode() for row in rows)


def test_logs_made_at_random_say_everything_that_can_be_said() -> None:
    missing = {fact.tag for fact in CLASSES}

    def all_seen(facts: list[Recorded[AnyEvent]]) -> bool:
        missing.difference_update(fact.envelope.type for fact in facts)
        return not missing

    enough = settings(max_examples=3_000, derandomize=True, database=None, phases=(Phase.generate,))
    with suppress(NoSuchExample):
        find(logs(at_most=80), all_seen, settings=enough)
    assert missing == set()


@some()
@given(facts=logs())
async def test_a_log_put_into_memory_is_the_same_log(facts: list[Recorded[AnyEvent]]) -> None:
    exported = [fact.line for fact in facts]

    assert await lines(await put(MemoryLog(), exported)) == exported


@pytest.mark.timeout(1800)
@settings(some(6), suppress_health_check=[HealthCheck.function_scoped_fixture], phases=UNSHRUNK)
@given(facts=logs())
async def test_an_export_replayed_on_an_empty_system_makes_the_same_views(
    facts: list[Recorded[AnyEvent]], nats_url: str, database: AsyncEngine
) -> None:
    was = await put(MemoryLog(), [fact.line for fact in facts])
    client = await connected(nats_url)
    await erase(client)
    now = await put(await JetStreamLog.open(client), await lines(was))

    assert await lines(now) == [fact.line for fact in facts]
    before, after = await views(was, database), await views(now, database)
    assert after == before
    assert bool(facts) == bool(after["archive"]) == (await now.end() > START)
    assert (after["parked"], len(after["archive"].splitlines())) == (b"", len(facts))
    await client.close()
