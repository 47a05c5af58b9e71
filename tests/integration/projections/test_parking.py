"""A fact that a view can't take in is parked with its reason; everything else is there exactly once and in order."""

import asyncio
import random

import msgspec
import pytest
from asyncpg import LockNotAvailableError
from sqlalchemy.ext.asyncio import AsyncEngine

from libs.events.ids import START, Milliseconds, Position
from libs.events.log import Batch
from libs.events.memory import MemoryLog
from libs.events.projection.archive import Archive
from libs.events.projection.postgres import Connection
from libs.events.projection.retrying import retry
from libs.events.refusal import NotYetCaughtUp
from libs.events.subjects import room
from libs.service.database import clear_views, raw
from tests.integration.log.facts import Chain
from tests.integration.projections.views import Picky, Seen
from tests.integration.projections.watching import SOON, a_room, applied_in_order, parked, running, seen, written


async def three_facts(log: MemoryLog) -> tuple[Chain, Position]:
    chain = Chain()
    first = await log.append(chain.about, chain.opened(), expected=START)
    return chain, await log.append(chain.about, chain.unmuted_and_muted(1), expected=first)


async def second_of(log: MemoryLog, chain: Chain) -> str:
    return (await log.read(chain.about))[1].envelope.id


async def test_one_bad_fact_among_many_is_parked_and_the_view_has_all_others(
    database: AsyncEngine, log: MemoryLog
) -> None:
    for _ in range(100):
        await a_room(log)
    chain, position = await three_facts(log)
    everything = await written(log)
    view = Picky([everything[-1]])
    async with running(database, log, view) as projector:
        await projector.reached(position, SOON)
        assert projector.unready() is None
        assert projector.degraded() == "the view 'seen' lacks 1 parked facts: see `parlor log parked`"

    assert await seen(database) == everything[:-1]
    [one] = await parked(database)
    assert (one.projection, one.position, one.scope) == ("seen", position, chain.about.scope)
    assert one.reason == "ZeroDivisionError: a fault with revision 3"
    assert one.fact == (await log.read(chain.about))[-1]
    assert view.attempts < 30


async def test_what_comes_later_in_the_same_scope_waits_and_nobody_else_does(
    database: AsyncEngine, log: MemoryLog
) -> None:
    chain, position = await three_facts(log)
    mix = Chain(room(chain.about.scope, "media", "mix"))
    view = Picky([await second_of(log, chain)], interest=Archive.interest)
    async with running(database, log, view) as projector:
        await log.append(chain.about, chain.muted(), expected=position)
        await log.append(mix.about, mix.mixing(), expected=START)
        await projector.reached(await a_room(log), SOON)

    everything = await written(log)
    assert await seen(database) == [everything[0], *everything[5:]]
    first, *waiting = await parked(database)
    assert first.reason == "ZeroDivisionError: a fault with revision 2"
    assert [one.reason for one in waiting] == [f"waits for position {first.position} of the same scope"] * 3


async def test_a_scope_that_waits_goes_on_waiting_after_a_restart_and_in_another_process(
    database: AsyncEngine, log: MemoryLog
) -> None:
    chain, position = await three_facts(log)
    async with running(database, log, Picky([await second_of(log, chain)])) as projector:
        await projector.reached(position, SOON)
    async with running(database, log, Seen()) as one, running(database, log, Seen()) as other:
        position = await log.append(chain.about, chain.muted(), expected=position)
        await one.reached(position, SOON)
        await other.reached(position, SOON)

    assert len(await seen(database)) == 1
    assert len(await parked(database)) == 3


async def test_a_retry_applies_what_was_parked_once_and_in_order(database: AsyncEngine, log: MemoryLog) -> None:
    chain, position = await three_facts(log)
    view = Picky([await second_of(log, chain)])
    async with running(database, log, view) as projector:
        await projector.reached(await a_room(log), SOON)
        view.faulty.clear()
        done = await retry(database, view)
        assert (done.applied, done.left) == (2, [])
        assert (await retry(database, view)).applied == 0
        await projector.reached(await log.append(chain.about, chain.muted(), expected=position), SOON)
        assert projector.degraded() is None

    assert await seen(database) == await written(log)
    assert await applied_in_order(database, [chain.about.scope], log)


async def test_a_retry_leaves_what_still_fails_with_its_newest_reason(database: AsyncEngine, log: MemoryLog) -> None:
    chain, _ = await three_facts(log)
    other, position = await three_facts(log)
    view = Picky([await second_of(log, chain), await second_of(log, other)])
    async with running(database, log, view) as projector:
        await projector.reached(position, SOON)
    view.faulty = {(await log.read(other.about))[2].envelope.id}
    done = await retry(database, view)

    assert done.applied == 3
    assert [(one.scope, one.reason) for one in done.left] == [
        (other.about.scope, "ZeroDivisionError: a fault with revision 3")
    ]
    assert done.left == await parked(database)


async def test_a_retry_beside_a_running_view_doubles_and_loses_nothing(database: AsyncEngine, log: MemoryLog) -> None:
    """Rounds of: facts come while a repair is tried again and again; in the end nothing is parked."""
    chain, position = await three_facts(log)
    view = Picky([await second_of(log, chain)])
    async with running(database, log, view) as one, running(database, log, view) as two:
        await one.reached(position, SOON)
        view.faulty.clear()
        for _ in range(20):
            position = await log.append(chain.about, chain.muted(), expected=position)
            await asyncio.gather(retry(database, view), retry(database, view))
        for projector in (one, two):
            await projector.reached(position, SOON)
        await retry(database, view)

    assert await parked(database) == []
    assert await seen(database) == await written(log)
    assert await applied_in_order(database, [chain.about.scope], log)


async def test_a_connection_lost_while_a_bad_fact_is_sought_is_not_the_facts_fault(
    database: AsyncEngine, log: MemoryLog
) -> None:
    class Unlucky(Picky):
        async def apply(self, connection: Connection, facts: Batch) -> None:
            if self.attempts in (2, 4, 7):
                async with raw(database) as killer:
                    await killer.execute(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                        "WHERE pid <> pg_backend_pid() AND datname = current_database()"
                    )
            await super().apply(connection, facts)

    for _ in range(10):
        position = await a_room(log)
    everything = await written(log)
    async with running(database, log, Unlucky([everything[-1]])) as projector:
        await projector.reached(position, SOON)

    assert await seen(database) == everything[:-1]
    assert [one.position for one in await parked(database)] == [position]


async def test_a_lock_that_somebody_holds_is_waited_for_and_is_not_the_facts_fault(
    database: AsyncEngine, log: MemoryLog
) -> None:
    in_vain = asyncio.Semaphore(0)

    class Impatient(Seen):
        async def apply(self, connection: Connection, facts: Batch) -> None:
            await connection.execute("SET LOCAL lock_timeout = '20ms'")
            try:
                await super().apply(connection, facts)
            except LockNotAvailableError:
                in_vain.release()
                raise

    position = await a_room(log)
    async with running(database, log, Impatient()) as projector:
        async with raw(database) as holder, holder.transaction():
            await holder.execute("LOCK TABLE view.seen")
            async with asyncio.timeout(10):
                for _ in range(5):
                    await in_vain.acquire()
        await projector.reached(position, SOON)

    assert await parked(database) == []
    assert await seen(database) == await written(log)


async def test_a_value_that_postgresql_refuses_is_the_facts_fault(database: AsyncEngine, log: MemoryLog) -> None:
    class Large(Seen):
        async def apply(self, connection: Connection, facts: Batch) -> None:
            await super().apply(connection, facts)
            for fact in facts:
                if fact.envelope.revision == 3:
                    await connection.execute("SELECT $1::integer", 2**40)
                if fact.envelope.revision == 2:
                    await connection.execute("SELECT 1 / 0")

    _, position = await three_facts(log)
    async with running(database, log, Large()) as projector:
        await projector.reached(position, SOON)

    assert [one.reason[:40] for one in await parked(database)] == [
        "DivisionByZeroError: division by zero",
        "waits for position 2 of the same scope",
    ]


async def test_a_line_that_can_t_be_read_is_parked_by_views_and_kept_by_the_archive(
    database: AsyncEngine, log: MemoryLog
) -> None:
    chain, position = await three_facts(log)
    [newer] = [msgspec.structs.replace(fact, specversion="2.0") for fact in chain.muted()]
    position = await log.append(chain.about, [newer], expected=position)
    await log.append(chain.about, chain.muted(), expected=position)
    position = await a_room(log)
    async with running(database, log, Seen()) as view, running(database, log, Archive()) as archive:
        await view.reached(position, SOON)
        await archive.reached(position, SOON)
        assert archive.degraded() is None

    everything = await written(log)
    assert await seen(database) == [*everything[:3], *everything[5:]]
    assert [one.reason for one in await parked(database)] == [
        "envelope version '2.0', this program reads '1.0'",
        "waits for position 4 of the same scope",
    ]
    async with raw(database) as connection:
        rows = await connection.fetch("SELECT line FROM view.archive ORDER BY position")
    assert [row["line"].encode() for row in rows] == [fact.line async for batch in log.read_all() for fact in batch]


async def test_too_many_parked_facts_stop_the_view_and_a_retry_lets_it_go_on(
    database: AsyncEngine, log: MemoryLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("libs.events.projection.projector.FULL_PAUSE_SECONDS", 0.02)
    chain, position = await three_facts(log)
    view = Picky([await second_of(log, chain)])
    async with running(database, log, view, most=3) as projector:
        await projector.reached(position, SOON)
        position = await log.append(chain.about, chain.unmuted_and_muted(1), expected=position)
        with pytest.raises(NotYetCaughtUp):
            await projector.reached(position, Milliseconds(300))
        assert projector.unready() == (
            "the view 'seen' stopped: 2 facts are parked and 2 more would be, which is more than 3; "
            "the next, position 4: waits for position 2 of the same scope. See `parlor log parked`"
        )
        view.faulty.clear()
        await retry(database, view)
        await projector.reached(position, SOON)
        assert projector.unready() is None

    assert await seen(database) == await written(log)


async def test_a_view_that_had_parked_facts_equals_its_rebuild(database: AsyncEngine, log: MemoryLog) -> None:
    chain, _ = await three_facts(log)
    view = Picky([await second_of(log, chain)])
    async with running(database, log, view) as projector:
        await projector.reached(await a_room(log), SOON)
        view.faulty.clear()
        await retry(database, view)
    live = await seen(database)

    await clear_views(database)
    async with running(database, log, view) as projector:
        await projector.reached(await log.end(), SOON)
    assert await seen(database) == live


async def test_a_rebuild_forgets_what_was_parked(database: AsyncEngine, log: MemoryLog) -> None:
    chain, position = await three_facts(log)
    async with running(database, log, Picky([await second_of(log, chain)])) as projector:
        await projector.reached(position, SOON)
    await clear_views(database)
    assert await parked(database) == []
    async with running(database, log, Seen()) as projector:
        await projector.reached(position, SOON)

    assert await seen(database) == await written(log)
    assert await parked(database) == []


@pytest.mark.parametrize("seed", range(8))
async def test_whatever_fails_and_whenever_it_is_repaired_each_fact_is_there_once_and_in_order(
    database: AsyncEngine, log: MemoryLog, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 - which facts are bad need not be a secret
    chains = [Chain() for _ in range(5)]
    ends = [await log.append(chain.about, chain.opened(), expected=START) for chain in chains]
    view = Picky([])
    for _ in range(4):
        async with running(database, log, view) as projector:
            for _ in range(10):
                n = chance.randrange(len(chains))
                facts = chains[n].unmuted_and_muted(chance.randrange(1, 4))
                view.faulty |= {fact.id for fact in facts if chance.random() < 0.1}
                ends[n] = await log.append(chains[n].about, facts, expected=ends[n])
                if chance.random() < 0.3:
                    await asyncio.gather(projector.reached(max(ends), SOON), retry(database, view))
                view.faulty -= {bad for bad in sorted(view.faulty) if chance.random() < 0.2}
            await projector.reached(max(ends), SOON)
        everything, got = await written(log), await seen(database)
        lacking = {one.fact.envelope.id for one in await parked(database)}
        assert got == [one for one in everything if one not in lacking], f"seed {seed}"
    view.faulty.clear()
    assert (await retry(database, view)).left == []

    assert await seen(database) == await written(log)
    assert await applied_in_order(database, [chain.about.scope for chain in chains], log)
