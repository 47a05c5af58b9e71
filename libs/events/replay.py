"""Logs as files: JSON Lines, one envelope per line, in the order of the log. Read, and written into an empty log again.

A line is kept byte for byte, because the next line of its aggregate names its hash. A file may come from anywhere, so
what is read is held against the forms that the log itself relies on: an id goes into a header, a type into a subject.
"""

import re
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextlib import aclosing
from itertools import groupby

from .chain import Chains
from .envelope import Envelope, Recorded, UnreadableEvent, decode, encode, milliseconds
from .ids import START, Milliseconds, Position
from .log import AppendedMeanwhile, Batch, Decision, EventLog, LogTrouble
from .subjects import Aggregate
from .vocabulary import AnyEvent

ATOMIC = 500
"""At most so many facts are written as one decision; the server takes 1,000."""

TYPE = re.compile(r"[a-z]+\.[a-z0-9]+(-[a-z0-9]+)*\.v[0-9]+")
EVENT_ID = re.compile(r"[!-~]{1,128}")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
CUT = "the file ends in the middle of this line"

Wait = Callable[[Milliseconds], Awaitable[None]]
"""Returns when it is time for a fact that happened at this wall-clock time."""


class NotEmpty(LogTrouble):
    """Facts can only be replayed into a log that has none."""


class NotReplayable(LogTrouble):
    """The file is no log, or not one that this program can write again unchanged."""


def read_lines(lines: Iterable[bytes], after: int = 0) -> Iterator[Recorded[AnyEvent]]:
    """The facts of a file, or of what comes `after` so many lines; a fact's position is its line's number.

    Raises NotReplayable that names the line.
    """
    for number, line in enumerate(lines, start=after + 1):
        text = line[:-2] if line.endswith(b"\r\n") else line.removesuffix(b"\n")
        if not text:
            continue
        try:
            yield _read(text, Position(number))
        except (ValueError, RecursionError) as fault:
            cut = not line.endswith(b"\n") and not text.endswith(b"}")
            raise NotReplayable(f"line {number}: {CUT if cut else fault}") from fault


def _read(text: bytes, position: Position) -> Recorded[AnyEvent]:
    """One line. Raises ValueError (UnreadableEvent is one), RecursionError."""
    text.decode()
    fact = decode(text, position)
    envelope = fact.envelope
    if TYPE.fullmatch(envelope.type) is None:
        raise UnreadableEvent(f"a type is <owner>.<name>.v<n>, not {envelope.type[:80]!r}")
    if EVENT_ID.fullmatch(envelope.id) is None:
        raise UnreadableEvent(f"an id is 1 to 128 printable characters, not {envelope.id[:80]!r}")
    if TIME.fullmatch(envelope.time) is None:
        raise UnreadableEvent(f"a time is as RFC 3339 says, not {envelope.time[:80]!r}")
    milliseconds(envelope.time)
    _ = envelope.aggregate
    return fact


def verify(lines: Iterable[bytes], chains: Chains) -> None:
    """Hold every line of a file against `chains`, also after one that can't be read."""
    for number, line in enumerate(lines):
        try:
            for fact in read_lines([line], after=number):
                chains.read(fact)
        except NotReplayable as fault:
            chains.unreadable(str(fault))


def checked(facts: Iterable[Recorded[AnyEvent]], chains: Chains) -> Iterator[Recorded[AnyEvent]]:
    """The same facts, held against `chains` on the way. Raises NotReplayable at the first that is wrong."""
    for fact in facts:
        chains.read(fact)
        if chains.faults:
            raise NotReplayable(chains.faults[0])
        yield fact


def check(facts: Iterable[Recorded[AnyEvent]]) -> int:
    """Read a whole file before anything of it is written; returns how many facts it has.

    Raises NotReplayable that names the first line that is wrong: unreadable, doubled, out of its aggregate's order,
    changed since it was written, or not to be written again with the same bytes.
    """
    chains = Chains(place="line")
    for fact in checked(facts, chains):
        _require_same_bytes(fact)
    return chains.facts


async def replay(log: EventLog, facts: Iterable[Recorded[AnyEvent]], wait: Wait | None = None) -> AsyncIterator[int]:
    """Write facts into an empty log in their order; yields how many are written so far.

    Facts that stand together and have one cause were one decision, so they are written as one, when `wait` says that
    it is time for the first of them; without `wait` as fast as the log takes them, many under way at once. Raises
    NotEmpty, NotReplayable or LogUnavailable; what was written before stays, so `check` a file first.
    """
    if await log.end() != START:
        raise NotEmpty("the broker's log has facts in it already: replay into an empty one, or use --dry")
    writing = _in_order(log, facts) if wait is None else _in_time(log, facts, wait)
    try:
        async with aclosing(writing):
            async for written in writing:
                yield written
    except AppendedMeanwhile as meanwhile:
        raise NotEmpty(f"somebody else writes to this log: {meanwhile}") from meanwhile


def _in_order(log: EventLog, facts: Iterable[Recorded[AnyEvent]]) -> AsyncGenerator[int, None]:
    """As fast as the log takes it."""
    decisions = (Decision(about, [_require_same_bytes(fact) for fact in part]) for about, part in _parts(facts))
    return log.append_in_order(decisions, START)


async def _in_time(log: EventLog, facts: Iterable[Recorded[AnyEvent]], wait: Wait) -> AsyncGenerator[int, None]:
    """One after the other, each when it is due."""
    ends: dict[Aggregate, Position] = {}
    written = 0
    for about, part in _parts(facts):
        await wait(milliseconds(part[0].envelope.time))
        envelopes = [_require_same_bytes(fact) for fact in part]
        ends[about] = await log.append(about, envelopes, expected=ends.get(about, START))
        written += len(part)
        yield written


def _require_same_bytes(fact: Recorded[AnyEvent]) -> Envelope:
    if encode(fact.envelope) != fact.line:
        raise NotReplayable(f"line {fact.position}: written anew it would have other bytes, and so another hash")
    return fact.envelope


def _decision(fact: Recorded[AnyEvent]) -> tuple[Aggregate, str]:
    return fact.envelope.aggregate, fact.envelope.causationid


def _parts(facts: Iterable[Recorded[AnyEvent]]) -> Iterator[tuple[Aggregate, Batch]]:
    for (about, _), together in groupby(facts, key=_decision):
        decision = list(together)
        for start in range(0, len(decision), ATOMIC):
            yield about, decision[start : start + ATOMIC]
