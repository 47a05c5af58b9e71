"""What every log promises to whoever appends many decisions at once, or many in one order."""

from contextlib import aclosing

import pytest

from libs.events.ids import START, Position
from libs.events.log import AppendedMeanwhile, Decision, EventLog
from tests.integration.log.facts import Chain
from tests.integration.log.test_contract import drained, ids

MANY = 3_000


def opening(chain: Chain) -> Decision:
    return Decision(chain.about, chain.opened(), START)


def evening(rooms: int) -> list[Decision]:
    """Rooms that open and mute one after the other, each twice: decisions of one fact and of several."""
    chains = [Chain() for _ in range(rooms)]
    decisions = [Decision(chain.about, chain.opened()) for chain in chains]
    for _ in range(2):
        decisions += [Decision(chain.about, chain.muted()) for chain in chains]
        decisions += [Decision(chain.about, chain.unmuted_and_muted(2)) for chain in chains[:10]]
    return decisions


def written_by(decisions: list[Decision]) -> list[str]:
    return [fact.id for decision in decisions for fact in decision.facts]


async def test_thousands_of_aggregates_appended_at_once_are_all_there_once(log: EventLog) -> None:
    decisions = [opening(Chain()) for _ in range(MANY)]

    outcomes = await log.append_many(decisions)

    places = {fact.envelope.id: fact.position for fact in await drained(log)}
    assert outcomes == [places[decision.facts[0].id] for decision in decisions]
    assert len(places) == MANY
    assert await log.end() == max(places.values())


async def test_a_conflict_among_many_refuses_that_decision_and_no_other(log: EventLog) -> None:
    decisions = [opening(Chain()) for _ in range(200)]
    taken = Chain(decisions[77].aggregate)
    await log.append(taken.about, taken.opened(), expected=START)

    outcomes = await log.append_many(decisions)

    refused = [n for n, outcome in enumerate(outcomes) if isinstance(outcome, AppendedMeanwhile)]
    assert refused == [77]
    assert all(isinstance(outcome, int) for outcome in outcomes[:77] + outcomes[78:])
    assert len(await drained(log)) == 200


async def test_several_facts_of_one_decision_among_many_stand_together(log: EventLog) -> None:
    chains = [Chain() for _ in range(120)]
    firsts = await log.append_many(opening(chain) for chain in chains)
    decisions = [
        Decision(chain.about, chain.unmuted_and_muted(3), Position(first))
        for chain, first in zip(chains, firsts, strict=True)
        if isinstance(first, int)
    ]

    outcomes = await log.append_many(decisions)

    order = ids(await drained(log))
    for decision, outcome in zip(decisions, outcomes, strict=True):
        start = order.index(decision.facts[0].id)
        assert order[start : start + 6] == ids(list(decision.facts))
        assert (await log.read(decision.aggregate))[-1].position == outcome
    assert len(order) == 7 * len(chains)


async def test_many_that_were_there_before_are_answered_alike_and_not_doubled(log: EventLog) -> None:
    decisions = [opening(Chain()) for _ in range(100)]

    first = await log.append_many(decisions)

    assert await log.append_many(decisions) == first
    assert len(await drained(log)) == 100


async def test_of_two_decisions_with_one_expectation_among_many_one_wins(log: EventLog) -> None:
    chain, others = Chain(), [opening(Chain()) for _ in range(50)]
    position = await log.append(chain.about, chain.opened(), expected=START)
    rivals = [Decision(chain.about, chain.muted(), position) for _ in range(2)]

    outcomes = await log.append_many([*others, *rivals])

    assert sorted(type(outcome).__name__ for outcome in outcomes[-2:]) == ["AppendedMeanwhile", "int"]
    assert len(await log.read(chain.about)) == 2


async def test_a_decision_without_facts_among_many_changes_nothing(log: EventLog) -> None:
    chain = Chain()
    position = await log.append(chain.about, chain.opened(), expected=START)

    first, nothing, last = await log.append_many(
        [opening(Chain()), Decision(chain.about, [], position), opening(Chain())]
    )

    assert nothing == position
    assert {first, last} == {2, 3}
    assert await log.append_many([]) == []


async def test_decisions_in_order_are_in_the_log_in_that_order(log: EventLog) -> None:
    decisions = evening(rooms=500)

    async with aclosing(log.append_in_order(decisions, START)) as writing:
        steps = [written async for written in writing]

    everything = await drained(log)
    assert ids(everything) == written_by(decisions)
    assert steps == sorted(steps)
    assert steps[-1] == len(everything) == await log.end()


async def test_decisions_in_order_go_on_where_the_log_ends(log: EventLog) -> None:
    chain = Chain()
    first = [Decision(chain.about, chain.opened()), Decision(chain.about, chain.muted())]
    then = [Decision(chain.about, chain.unmuted_and_muted(2)), Decision(chain.about, []), opening(Chain())]

    for decisions, after in ((first, START), (then, Position(2))):
        async with aclosing(log.append_in_order(decisions, after)) as writing:
            async for _ in writing:
                pass

    assert ids(await drained(log)) == written_by(first + then)


@pytest.mark.parametrize("foreign", [1, 2])
async def test_decisions_in_order_are_refused_where_somebody_else_wrote(log: EventLog, foreign: int) -> None:
    """Also when the first decision would have reached further than what the other wrote."""
    chain, other = Chain(), Chain()
    await log.append(other.about, other.opened(), expected=START)
    if foreign > 1:
        await log.append(other.about, other.muted(), expected=Position(1))
    decisions = [Decision(chain.about, [*chain.opened(), *chain.unmuted_and_muted(1)]), opening(Chain())]

    async with aclosing(log.append_in_order(decisions, START)) as writing:
        with pytest.raises(AppendedMeanwhile):
            await anext(writing)
    assert len(await drained(log)) == foreign


async def test_decisions_in_order_end_soon_after_somebody_else_comes_between(log: EventLog) -> None:
    decisions = evening(rooms=1_500)

    async with aclosing(log.append_in_order(decisions, START)) as writing:
        await anext(writing)
        other = Chain()
        between = await log.append(other.about, other.opened(), expected=START)
        with pytest.raises(AppendedMeanwhile):
            [written async for written in writing]

    order = ids(await drained(log))
    assert order[: between - 1] == written_by(decisions)[: between - 1]
    assert len(order) < between + 1_100
