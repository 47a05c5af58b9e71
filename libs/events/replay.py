"""Logs as files: JSON Lines, one envelope per line, in the order of the log. Read, and written into an empty log again.

A line is kept byte for byte, because the next line of its aggregate names its hash.
"""

from collections.abc import AsyncIterator, Iterable, Iterator
from itertools import groupby

from .envelope import Recorded, UnreadableEvent, decode, encode
from .ids import START, Position
from .log import AppendedMeanwhile, Batch, EventLog, LogTrouble
from .subjects import Aggregate
from .vocabulary import AnyEvent

ATOMIC = 500
"""At most so many facts are written as one decision; the server takes 1,000."""


class NotEmpty(LogTrouble):
    """Facts can only be replayed into a log that has none."""


class NotReplayable(LogTrouble):
    """The file is no log, or not one that this program can write again unchanged."""


def read_lines(lines: Iterable[bytes]) -> Iterator[Recorded[AnyEvent]]:
    """The facts of a file; a fact's position is its line's number. Raises NotReplayable that names the line."""
    for number, line in enumerate(lines, start=1):
        text = line.rstrip(b"\r\n")
        if not text:
            continue
        try:
            yield decode(text, Position(number))
        except (UnreadableEvent, ValueError) as fault:
            raise NotReplayable(f"line {number}: {fault}") from fault


async def replay(log: EventLog, facts: Iterable[Recorded[AnyEvent]]) -> AsyncIterator[int]:
    """Write facts into an empty log in their order; yields how many are written so far.

    Facts that stand together and have one cause were one decision, so they are written as one. Raises NotEmpty,
    NotReplayable or LogUnavailable; what was written before stays.
    """
    if await log.end() != START:
        raise NotEmpty("the broker's log has facts in it already: replay into an empty one, or use --dry")
    ends: dict[Aggregate, Position] = {}
    written = 0
    for (about, _), decision in groupby(facts, key=_decision):
        for part in _parts(list(decision)):
            ends[about] = await _append(log, about, part, ends.get(about, START))
            written += len(part)
            yield written


async def _append(log: EventLog, about: Aggregate, facts: Batch, expected: Position) -> Position:
    for fact in facts:
        if encode(fact.envelope) != fact.line:
            raise NotReplayable(f"line {fact.position}: written anew it would have other bytes, and so another hash")
    try:
        return await log.append(about, [fact.envelope for fact in facts], expected=expected)
    except AppendedMeanwhile as meanwhile:
        raise NotEmpty(f"somebody else writes to this log: {meanwhile}") from meanwhile


def _decision(fact: Recorded[AnyEvent]) -> tuple[Aggregate, str]:
    return fact.envelope.aggregate, fact.envelope.causationid


def _parts(facts: Batch) -> Iterator[Batch]:
    for start in range(0, len(facts), ATOMIC):
        yield facts[start : start + ATOMIC]
