"""A view has every fact exactly once, whatever happens while it is made."""

import asyncio

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from libs.events.ids import START, Milliseconds, Position
from libs.events.log import LogUnavailable
from libs.events.memory import MemoryLog
from libs.events.projection.archive import Archive
from libs.events.projection.projector import Projector, ViewOfAnotherLog
from libs.events.refusal import NotYetCaughtUp
from libs.events.replay import read_lines, replay
from libs.events.subjects import room
from libs.service.database import clear_views, raw
from tests.integration.log.facts import Chain
from tests.integration.projections.views import Seen
from tests.integration.projections.watching import SOON, a_room, parked, running, seen, written


async def test_a_view_has_what_was_there_and_what_comes(database: AsyncEngine, log: MemoryLog) -> None:
    await a_room(log)
    async with running(database, log, Seen()) as projector:
        await projector.reached(await a_room(log), SOON)

    assert await seen(database) == await written(log)


async def test_a_view_goes_on_where_it_stopped(database: AsyncEngine, log: MemoryLog) -> None:
    for _ in range(3):
        async with running(database, log, Seen()) as projector:
            await projector.reached(await a_room(log), SOON)

    assert await seen(database) == await written(log)


async def test_a_view_of_one_owner_leaves_out_the_others(database: AsyncEngine, log: MemoryLog) -> None:
    mix = Chain(room("mixedroom222222", "media", "mix"))
    await a_room(log)
    position = await log.append(mix.about, mix.mixing(), expected=START)
    async with running(database, log, Seen()) as projector:
        await projector.reached(position, SOON)

    assert len(await seen(database)) == len(await written(log)) - 1


async def test_two_processes_with_the_same_view_apply_each_fact_once(database: AsyncEngine, log: MemoryLog) -> None:
    async with running(database, log, Seen()) as one, running(database, log, Seen()) as two:
        for _ in range(20):
            position = await a_room(log, mutes=1)
            await asyncio.sleep(0)
        await one.reached(position, SOON)
        await two.reached(position, SOON)

    assert await seen(database) == await written(log)


async def test_a_lost_connection_loses_and_doubles_nothing(database: AsyncEngine, log: MemoryLog) -> None:
    async with running(database, log, Seen()) as projector, raw(database) as killer:
        for _ in range(10):
            position = await a_room(log)
            await asyncio.sleep(0)
            await killer.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE pid <> pg_backend_pid() AND datname = current_database()"
            )
        await projector.reached(position, SOON)

    assert await seen(database) == await written(log)


async def test_a_view_whose_table_is_missing_stops_and_parks_nothing(database: AsyncEngine, log: MemoryLog) -> None:
    position = await a_room(log)
    async with raw(database) as connection:
        await connection.execute("ALTER TABLE view.seen RENAME TO unseen")
    async with running(database, log, Seen()) as projector:
        with pytest.raises(NotYetCaughtUp):
            await projector.reached(position, Milliseconds(200))
        assert projector.unready() == "the view 'seen' stopped: relation \"view.seen\" does not exist"

    assert await parked(database) == []
    async with raw(database) as connection:
        await connection.execute("ALTER TABLE view.unseen RENAME TO seen")
    async with running(database, log, Seen()) as projector:
        await projector.reached(position, SOON)
    assert await seen(database) == await written(log)


async def test_a_position_not_reached_in_time_is_said_to_be_so(database: AsyncEngine, log: MemoryLog) -> None:
    position = await a_room(log)
    async with running(database, log, Seen()) as projector:
        await projector.reached(position, SOON)
        with pytest.raises(NotYetCaughtUp, match=rf"the view 'seen' is at {position}, not yet at {position + 1}"):
            await projector.reached(Position(position + 1), Milliseconds(20))


async def test_whoever_wants_to_know_is_told_how_far_the_view_is(database: AsyncEngine, log: MemoryLog) -> None:
    told: list[Position] = []
    position = await a_room(log)
    projector = Projector(database, log, Seen(), moved=told.append)
    await projector.start()
    await projector.reached(position, SOON)
    await projector.stop()

    assert told[-1] == position


async def test_a_view_of_another_log_is_refused_with_the_command_to_rebuild(
    database: AsyncEngine, log: MemoryLog
) -> None:
    position = await a_room(log)
    async with running(database, log, Seen()) as projector:
        await projector.reached(position, SOON)

    with pytest.raises(ViewOfAnotherLog, match="parlor log rebuild"):
        await Projector(database, MemoryLog(), Seen()).start()


async def test_a_view_that_has_seen_more_than_the_log_has_is_refused(database: AsyncEngine, log: MemoryLog) -> None:
    position = await a_room(log)
    async with running(database, log, Seen()) as projector:
        await projector.reached(position, SOON)
    async with raw(database) as connection:
        await connection.execute("UPDATE view.checkpoints SET position = position + 1")

    with pytest.raises(ViewOfAnotherLog, match="facts were lost"):
        await Projector(database, log, Seen()).start()


async def test_rebuilt_from_zero_a_view_equals_the_live_one(database: AsyncEngine, log: MemoryLog) -> None:
    async with running(database, log, Seen()) as projector:
        for _ in range(5):
            await projector.reached(await a_room(log), SOON)
    live = await seen(database)

    await clear_views(database)
    assert await seen(database) == []
    async with running(database, log, Seen()) as projector:
        await projector.reached(await log.end(), SOON)
    assert await seen(database) == live


class Lagging(MemoryLog):
    """Away for a while, and when it is back it does not know its end for a while more; both as often as told."""

    away = 0
    behind = 0

    async def identity(self) -> str:
        if self.away:
            self.away -= 1
            raise LogUnavailable("no answer")
        return await super().identity()

    async def end(self) -> Position:
        if self.behind:
            self.behind -= 1
            return START
        return await super().end()


async def test_views_cleared_while_the_log_is_away_fill_again(database: AsyncEngine) -> None:
    log = Lagging()
    async with running(database, log, Seen()) as projector:
        await projector.reached(await a_room(log), SOON)
        await clear_views(database)
        position = await a_room(log)
        log.away = 3
        await projector.reached(position, SOON)

    assert await seen(database) == await written(log)


async def test_a_leader_that_lags_is_not_taken_for_a_log_that_lost_facts(database: AsyncEngine) -> None:
    log = Lagging()
    position = await a_room(log)
    async with running(database, log, Seen()) as projector:
        await projector.reached(position, SOON)
    log.behind = 2
    async with running(database, log, Seen()) as projector:
        await projector.reached(position, SOON)


async def test_views_cleared_under_a_running_process_fill_again(database: AsyncEngine, log: MemoryLog) -> None:
    async with running(database, log, Seen()) as projector:
        await projector.reached(await a_room(log), SOON)
        await clear_views(database)
        await projector.reached(await a_room(log), SOON)

    assert await seen(database) == await written(log)


async def test_the_archive_has_every_line_and_outlives_a_rebuild(database: AsyncEngine, log: MemoryLog) -> None:
    position = await a_room(log)
    for _ in range(2):
        async with running(database, log, Archive()) as projector:
            await projector.reached(position, SOON)
        await clear_views(database)

    async with raw(database) as connection:
        rows = await connection.fetch("SELECT line FROM view.archive ORDER BY position")
    lines = [fact.line.decode() async for batch in log.read_all() for fact in batch]
    assert [row["line"] for row in rows] == lines


async def test_a_log_that_was_lost_comes_back_from_the_archive(database: AsyncEngine, log: MemoryLog) -> None:
    """As docs/views.md says it."""
    await a_room(log)
    await a_room(log, mutes=40)
    async with running(database, log, Archive()) as projector:
        await projector.reached(await log.end(), SOON)
    async with raw(database) as connection:
        rows = await connection.fetch(
            "SELECT line FROM view.archive WHERE stream = $1 ORDER BY position", await log.identity()
        )

    again = MemoryLog()
    async for _ in replay(again, read_lines(row["line"].encode() for row in rows)):
        pass
    assert [fact.line async for batch in again.read_all() for fact in batch] == [
        fact.line async for batch in log.read_all() for fact in batch
    ]


async def test_the_archive_fills_its_gaps_and_keeps_what_it_has(database: AsyncEngine, log: MemoryLog) -> None:
    await a_room(log, mutes=40)
    async with running(database, log, Archive()) as projector:
        await projector.reached(await log.end(), SOON)
    async with raw(database) as connection:
        await connection.execute("DELETE FROM view.archive WHERE position BETWEEN 5 AND 60")
    await clear_views(database)
    async with running(database, log, Archive()) as projector:
        await projector.reached(await log.end(), SOON)

    async with raw(database) as connection:
        rows = await connection.fetch("SELECT position FROM view.archive ORDER BY position")
    assert [row["position"] for row in rows] == list(range(1, await log.end() + 1))
