"""What every event log promises. One set of tests, run over the log in memory and the log on JetStream."""

import asyncio
from contextlib import aclosing

import pytest
from msgspec.structs import replace

from libs.events.envelope import Envelope
from libs.events.fresh import fresh_id
from libs.events.ids import START, Position
from libs.events.log import AppendedMeanwhile, Batch, EventLog
from libs.events.subjects import EVERYTHING, Interest, room
from tests.integration.log.facts import Chain


def ids(batch: Batch | list[Envelope]) -> list[str]:
    return [one.id if isinstance(one, Envelope) else one.envelope.id for one in batch]


async def drained(log: EventLog, after: Position = START, interest: Interest = EVERYTHING) -> Batch:
    return [fact async for batch in log.read_all(after, interest) for fact in batch]


async def followed(log: EventLog, count: int, after: Position = START, interest: Interest = EVERYTHING) -> Batch:
    """The first `count` facts that a follower sees."""
    seen: Batch = []
    async with asyncio.timeout(10), aclosing(log.follow(after, interest)) as batches:
        async for batch in batches:
            seen += batch
            if len(seen) >= count:
                return seen
    raise AssertionError("follow ended")


async def test_a_fact_can_be_read_after_it_was_appended(log: EventLog) -> None:
    chain = Chain()
    opened = chain.opened()

    position = await log.append(chain.about, opened, expected=START)

    [read] = await log.read(chain.about)
    assert (read.position, read.envelope.id, read.envelope.revision) == (position, opened[0].id, 1)


async def test_a_new_log_is_empty(log: EventLog) -> None:
    assert await log.end() == START
    assert await log.read(room(fresh_id())) == []
    assert await drained(log) == []


async def test_a_log_keeps_its_identity(log: EventLog) -> None:
    before = await log.identity()
    await log.append((chain := Chain()).about, chain.opened(), expected=START)

    assert before
    assert await log.identity() == before


async def test_an_append_after_the_last_position_goes_on(log: EventLog) -> None:
    chain = Chain()
    first = await log.append(chain.about, chain.opened(), expected=START)
    second = await log.append(chain.about, chain.muted(), expected=first)

    assert second > first
    assert [fact.envelope.revision for fact in await log.read(chain.about)] == [1, 2]


async def test_an_append_after_an_older_position_is_refused(log: EventLog) -> None:
    chain = Chain()
    first = await log.append(chain.about, chain.opened(), expected=START)
    await log.append(chain.about, chain.muted(), expected=first)

    with pytest.raises(AppendedMeanwhile):
        await log.append(chain.about, chain.muted(), expected=first)
    assert len(await log.read(chain.about)) == 2


async def test_a_new_aggregate_where_one_is_already_is_refused(log: EventLog) -> None:
    chain = Chain()
    await log.append(chain.about, chain.opened(), expected=START)

    with pytest.raises(AppendedMeanwhile):
        await log.append(chain.about, Chain(chain.about).opened(), expected=START)


async def test_an_append_after_a_position_never_reached_is_refused(log: EventLog) -> None:
    chain = Chain()
    position = await log.append(chain.about, chain.opened(), expected=START)

    with pytest.raises(AppendedMeanwhile):
        await log.append(chain.about, chain.muted(), expected=Position(position + 100))


async def test_the_same_facts_again_are_not_written_twice(log: EventLog) -> None:
    chain = Chain()
    opened, more = chain.opened(), chain.unmuted_and_muted(2)
    first = await log.append(chain.about, opened, expected=START)
    second = await log.append(chain.about, more, expected=first)

    assert await log.append(chain.about, more, expected=first) == second
    assert await log.append(chain.about, opened, expected=START) == first
    assert ids(await log.read(chain.about)) == ids(opened + more)


async def test_the_same_id_with_another_line_is_not_taken_for_the_same_fact(log: EventLog) -> None:
    """Whoever tries again later writes another time into the envelope; the chain goes on after what the log has."""
    chain = Chain()
    [opened] = chain.opened()
    await log.append(chain.about, [opened], expected=START)

    with pytest.raises(AppendedMeanwhile):
        await log.append(chain.about, [replace(opened, time="2026-11-24T06:20:12.345Z")], expected=START)
    assert [fact.envelope.time for fact in await log.read(chain.about)] == [opened.time]


async def test_no_facts_change_nothing(log: EventLog) -> None:
    chain = Chain()
    position = await log.append(chain.about, chain.opened(), expected=START)

    assert await log.append(chain.about, [], expected=position) == position
    assert await log.end() == position


async def test_several_facts_of_one_decision_stand_together(log: EventLog) -> None:
    chain, other = Chain(), Chain()
    first = await log.append(chain.about, chain.opened(), expected=START)
    many, elsewhere = chain.unmuted_and_muted(20), other.opened()

    position, _ = await asyncio.gather(
        log.append(chain.about, many, expected=first), log.append(other.about, elsewhere, expected=START)
    )

    everything = ids(await drained(log))
    start = everything.index(many[0].id)
    assert everything[start : start + 40] == ids(many)
    assert (await log.read(chain.about))[-1].position == position


async def test_all_facts_of_a_refused_decision_are_left_out(log: EventLog) -> None:
    chain = Chain()
    first = await log.append(chain.about, chain.opened(), expected=START)
    await log.append(chain.about, chain.muted(), expected=first)

    with pytest.raises(AppendedMeanwhile):
        await log.append(chain.about, chain.unmuted_and_muted(3), expected=first)
    assert len(await log.read(chain.about)) == 2


async def test_of_many_writers_with_one_expectation_exactly_one_wins(log: EventLog) -> None:
    chain = Chain()
    position = await log.append(chain.about, chain.opened(), expected=START)
    for _ in range(5):
        writers = [log.append(chain.about, chain.muted(), expected=position) for _ in range(9)]

        outcomes = await asyncio.gather(*writers, return_exceptions=True)

        won = [outcome for outcome in outcomes if isinstance(outcome, int)]
        lost = [outcome for outcome in outcomes if isinstance(outcome, AppendedMeanwhile)]
        assert (len(won), len(lost)) == (1, 8)
        position = Position(won[0])
    assert len(await log.read(chain.about)) == 6


async def test_writers_of_different_aggregates_do_not_meet(log: EventLog) -> None:
    chains = [Chain() for _ in range(20)]

    await asyncio.gather(*(log.append(chain.about, chain.opened(), expected=START) for chain in chains))

    assert len(await drained(log)) == 20


async def test_an_aggregate_is_read_from_a_position_on(log: EventLog) -> None:
    chain = Chain()
    first = await log.append(chain.about, chain.opened(), expected=START)
    more = chain.unmuted_and_muted(2)
    last = await log.append(chain.about, more, expected=first)

    assert ids(await log.read(chain.about, first)) == ids(more)
    assert await log.read(chain.about, last) == []


async def test_a_long_aggregate_is_read_whole(log: EventLog) -> None:
    chain = Chain()
    position = await log.append(chain.about, chain.opened(), expected=START)
    for _ in range(6):
        position = await log.append(chain.about, chain.unmuted_and_muted(50), expected=position)

    read = await log.read(chain.about)
    assert [fact.envelope.revision for fact in read] == list(range(1, 602))


async def test_a_scope_holds_all_owners_facts_in_the_order_of_the_log(log: EventLog) -> None:
    chain = Chain()
    mix, elsewhere = Chain(room(chain.about.scope, "media", "mix")), Chain()
    opened, mixed = chain.opened(), mix.mixing()
    first = await log.append(chain.about, opened, expected=START)
    await log.append(elsewhere.about, elsewhere.opened(), expected=START)
    await log.append(mix.about, mixed, expected=START)
    muted = chain.muted()
    await log.append(chain.about, muted, expected=first)

    assert ids(await log.read_scope(chain.about.scope)) == ids(opened + mixed + muted)


async def test_a_reader_of_everything_sees_it_in_order_and_stops(log: EventLog) -> None:
    chain = Chain()
    first = await log.append(chain.about, chain.opened(), expected=START)
    await log.append(chain.about, chain.unmuted_and_muted(5), expected=first)

    everything = await drained(log)
    assert [fact.envelope.revision for fact in everything] == list(range(1, 12))
    assert [fact.envelope.revision for fact in await drained(log, first)] == list(range(2, 12))
    assert await drained(log, await log.end()) == []


async def test_a_reader_gets_only_what_it_is_interested_in(log: EventLog) -> None:
    chain, other = Chain(), Chain()
    mix = Chain(room(chain.about.scope, "media", "mix"))
    mixed, opened = mix.mixing(), chain.opened()
    await log.append(mix.about, mixed, expected=START)
    await log.append(chain.about, opened, expected=START)
    await log.append(other.about, other.opened(), expected=START)

    assert ids(await drained(log, interest=Interest(owners=("media",)))) == ids(mixed)
    assert ids(await drained(log, interest=Interest(scope=chain.about.scope))) == ids(mixed + opened)
    assert ids(await drained(log, interest=Interest(("media", "presence"), chain.about.scope))) == ids(mixed)
    assert await drained(log, interest=Interest(owners=("presence",))) == []


async def test_a_follower_sees_what_was_there_and_what_comes(log: EventLog) -> None:
    chain = Chain()
    opened, more = chain.opened(), chain.unmuted_and_muted(2)
    first = await log.append(chain.about, opened, expected=START)

    follower = asyncio.create_task(followed(log, 5))
    await asyncio.sleep(0)
    await log.append(chain.about, more, expected=first)

    assert ids(await follower) == ids(opened + more)


async def test_a_slow_follower_misses_nothing(log: EventLog) -> None:
    chain = Chain()
    position = await log.append(chain.about, chain.opened(), expected=START)
    seen: Batch = []
    async with asyncio.timeout(10), aclosing(log.follow()) as batches:
        async for batch in batches:
            seen += batch
            if len(seen) > 30:
                break
            position = await log.append(chain.about, chain.muted(), expected=position)

    assert [fact.envelope.revision for fact in seen] == list(range(1, 32))


async def test_a_follower_starts_where_it_is_told_and_sees_only_its_interest(log: EventLog) -> None:
    chain, other = Chain(), Chain()
    first = await log.append(chain.about, chain.opened(), expected=START)
    await log.append(other.about, other.opened(), expected=START)
    muted = chain.muted()
    await log.append(chain.about, muted, expected=first)

    assert ids(await followed(log, 1, first, Interest(scope=chain.about.scope))) == ids(muted)


async def test_two_followers_see_the_same(log: EventLog) -> None:
    followers = [asyncio.create_task(followed(log, 20)) for _ in range(2)]
    chains = [Chain() for _ in range(20)]

    await asyncio.gather(*(log.append(chain.about, chain.opened(), expected=START) for chain in chains))

    one, two = await asyncio.gather(*followers)
    assert ids(one) == ids(two)


async def test_positions_of_followers_and_readers_agree(log: EventLog) -> None:
    chain = Chain()
    first = await log.append(chain.about, chain.opened(), expected=START)
    await log.append(chain.about, chain.unmuted_and_muted(2), expected=first)

    positions = [fact.position for fact in await log.read(chain.about)]
    assert positions == [fact.position for fact in await drained(log)]
    assert positions == [fact.position for fact in await followed(log, 5)]
    assert positions == [fact.position for fact in await log.read_scope(chain.about.scope)]
    assert positions[-1] == await log.end()
