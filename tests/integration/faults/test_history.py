"""The check bites: logs that lie in one way each are found out by what their writers were told."""

import asyncio
import re
from collections.abc import Sequence
from contextlib import suppress
from random import Random

import pytest

from libs.events.envelope import Envelope
from libs.events.ids import START, Position
from libs.events.log import AppendedMeanwhile, Batch, EventLog, LogUnavailable
from libs.events.memory import MemoryLog
from libs.events.refusal import Contended
from libs.events.subjects import Aggregate
from tests.integration.faults.history import Outcome, differs, wrong_in
from tests.integration.faults.writers import Contender, Loner, Progress
from tests.integration.log.facts import Chain


class Honest(MemoryLog):
    """Gives up its turn before it writes, as a log on a network does, so that writers meet."""

    async def append(self, aggregate: Aggregate, facts: Sequence[Envelope], *, expected: Position) -> Position:
        await asyncio.sleep(0)
        return await self.written(aggregate, facts, expected)

    async def written(self, aggregate: Aggregate, facts: Sequence[Envelope], expected: Position) -> Position:
        return await MemoryLog.append(self, aggregate, facts, expected=expected)

    async def last_about(self, aggregate: Aggregate) -> Position:
        read = await self.read(aggregate)
        return read[-1].position if read else START


class Sometimes(Honest):
    """Does it wrongly every seventh time."""

    asked = 0

    async def append(self, aggregate: Aggregate, facts: Sequence[Envelope], *, expected: Position) -> Position:
        await asyncio.sleep(0)
        self.asked += 1
        return await (self.written if self.asked % 7 else self.wrongly)(aggregate, facts, expected)

    async def wrongly(self, aggregate: Aggregate, facts: Sequence[Envelope], expected: Position) -> Position:
        raise NotImplementedError


class AcknowledgesWithoutWriting(Sometimes):
    async def wrongly(self, _aggregate: Aggregate, facts: Sequence[Envelope], expected: Position) -> Position:
        return Position(expected + len(facts))


class TakesItForARepetition(Sometimes):
    """A deduplication that drops."""

    async def wrongly(self, aggregate: Aggregate, _facts: Sequence[Envelope], _expected: Position) -> Position:
        return await self.last_about(aggregate)


class ForgetsTheExpectation(Honest):
    """Two writers may win one revision."""

    async def written(self, aggregate: Aggregate, facts: Sequence[Envelope], _expected: Position) -> Position:
        return await super().written(aggregate, facts, await self.last_about(aggregate))


class WritesTwice(Sometimes):
    """A repetition that was not known as one."""

    async def wrongly(self, aggregate: Aggregate, facts: Sequence[Envelope], expected: Position) -> Position:
        return await self.written(aggregate, facts, await self.written(aggregate, facts, expected))


class WritesHalf(Sometimes):
    """A decision that is no batch, and the answer is lost half way."""

    async def wrongly(self, aggregate: Aggregate, facts: Sequence[Envelope], expected: Position) -> Position:
        await self.written(aggregate, facts[: len(facts) // 2], expected)
        raise LogUnavailable("no answer")


class WritesApart(Sometimes):
    """A decision that is no batch, and somebody comes in between."""

    async def wrongly(self, aggregate: Aggregate, facts: Sequence[Envelope], expected: Position) -> Position:
        expected = await self.written(aggregate, facts[:1], expected)
        other = Chain()
        await self.written(other.about, other.opened(), START)
        return await self.written(aggregate, facts[1:], expected)


class WritesWhatItRefuses(Sometimes):
    """Says that others were faster, in the last attempt too, and writes."""

    async def wrongly(self, aggregate: Aggregate, facts: Sequence[Envelope], expected: Position) -> Position:
        await self.written(aggregate, facts, expected)
        raise Contended("not true")


async def after_writing(log: EventLog) -> tuple[Progress, Batch]:
    """What four that contend and one alone were told, and what is there."""
    progress = Progress()
    writers: list[Contender | Loner] = [Contender(log, progress, Random(n)) for n in range(4)]  # noqa: S311  # no secret
    writers.append(Loner(log, progress, Random(5)))  # noqa: S311  # as above

    async def often(writer: Contender | Loner) -> None:
        with suppress(AppendedMeanwhile, Contended):  # a lone writer stops when it is lied to
            for _ in range(40):
                await writer.write()

    await asyncio.gather(*(often(writer) for writer in writers))
    return progress, [fact async for batch in log.read_all() for fact in batch]


async def test_writers_on_an_honest_log_were_told_what_is_there() -> None:
    progress, everything = await after_writing(Honest())

    assert wrong_in(progress.decisions, everything) == []
    assert {one.outcome for one in progress.decisions} >= {Outcome.ACKNOWLEDGED}
    assert len(everything) > 200


@pytest.mark.parametrize(
    ("log", "said"),
    [
        (AcknowledgesWithoutWriting, "acknowledged .*: is not there"),
        (TakesItForARepetition, "acknowledged .*: is not there"),
        (ForgetsTheExpectation, "both won revision"),
        (ForgetsTheExpectation, "prevhash .* is not the hash of the line before"),
        (WritesTwice, "id .* was there before"),
        (WritesTwice, r"has 2 of 1 facts"),
        (WritesHalf, r"has 1 of 2 facts|has 2 of 4 facts"),
        (WritesApart, "does not stand together"),
        (WritesApart, "nobody decided it"),
        (WritesWhatItRefuses, "refused .*: is there, at"),
    ],
)
async def test_a_log_that_lies_is_found_out(log: type[Honest], said: str) -> None:
    progress, everything = await after_writing(log())

    wrong = wrong_in(progress.decisions, everything)

    assert any(re.search(said, what) for what in wrong), wrong[:5]


async def test_a_lost_line_is_found_in_the_chain() -> None:
    progress, everything = await after_writing(Honest())
    del everything[len(everything) // 2]

    assert wrong_in(progress.decisions, everything)


async def test_a_follower_that_missed_doubled_or_swapped_is_found_out() -> None:
    _, everything = await after_writing(Honest())
    one, two, three, *others = everything

    assert differs(everything, everything) == []
    assert differs([one, three, *others], everything) == ["number 2 was seen at 3 and is at 2"]
    assert differs([one, two, two, three, *others], everything) == ["number 3 was seen at 2 and is at 3"]
    assert differs([two, one, three, *others], everything) == ["number 1 was seen at 2 and is at 1"]
    assert differs([one, two], everything) == [f"2 were seen of {len(everything)}"]
