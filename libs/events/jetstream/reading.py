"""One aggregate, or one scope, for whoever decides: nothing that was acknowledged may be missing.

The leader is asked first which fact is the last one. All before it is gathered by direct reads, which any replica may
answer and may answer late; what they don't have the leader has.

To find the next message of a subject a server looks at every message in between. An aggregate of fifty facts among
fifty thousand took 9 to 25 ms that way, and a longer log takes longer. But a decision is appended with the position of
the fact before it as its expectation, and the server keeps that header: so where an aggregate lies thinly we step from
fact to fact instead. The server looks for a few facts in between, and from all of these we step back at once, one wave
of questions after the other. The revisions, which have no gaps, prove that no fact is missing. Where they don't, and
where a fact does not say what was before it (a replay writes without expectations), the server looks for all of them.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from math import sqrt

import msgspec
from nats.aio.msg import Msg

from ..envelope import decode_surely
from ..ids import START, Position
from ..log import Batch, LogUnavailable
from ..subjects import EVENTS_STREAM, Aggregate, Interest
from .headers import parse_headers
from .leader import ANSWER_SECONDS, Leader
from .replies import Replies, status

DIRECT_BATCH = 500
THIN = 300
"""Messages per fact of ours, from which on steps are quicker than a search."""
STEP = 1_000
"""A wave of steps takes as long as it takes to look at so many messages."""
STARTS = 16
"""More starts than these save no time."""

SEQUENCE = "Nats-Sequence"
DIRECT_GET = f"$JS.API.DIRECT.GET.{EVENTS_STREAM}"


class Found(msgspec.Struct, frozen=True):
    """A message, and the position of the one before it about the same aggregate, if it says so."""

    about: str
    position: Position
    line: bytes
    before: Position | None


class NoSteps(Exception):
    """The facts are not so thin, some don't say what was before them, or they don't fit together."""


class Reader:
    """Everything may raise LogUnavailable or UnreadableEvent."""

    def __init__(self, replies: Replies) -> None:
        self._replies = replies
        self._leader = Leader(replies)

    async def aggregate(self, about: Aggregate, after: Position) -> Batch:
        """As `EventLog.read`."""
        subjects = f"{about.prefix}.>"
        last = await self._leader.last(subjects)
        if last is None or last.seq <= after:
            return []
        end = _found(last.subject, last.seq, last.data, parse_headers(last.hdrs) or {})
        fact = decode_surely(end.line, end.position)
        if end.before is not None and end.before <= after:
            return [fact]
        count = fact.envelope.revision
        if end.position - after > THIN * count:
            with suppress(NoSteps):
                return await self._by_steps(subjects, after, [end])
        return await self._search(subjects, after, end.position, count)

    async def scope(self, scope: str) -> Batch:
        """As `EventLog.read_scope`."""
        [subjects] = Interest(scope=scope).subjects
        last = await self._leader.last(subjects)
        if last is None:
            return []
        end = Position(last.seq)
        if end > THIN:
            with suppress(NoSteps):
                facts = await self._by_steps(subjects, START, await self._ends(subjects, end))
                return [fact for fact in facts if fact.position <= end]
        return await self._search(subjects, START, end, DIRECT_BATCH)

    async def _ends(self, subjects: str, end: Position) -> list[Found]:
        """The last message of each subject, from a replica that has what the leader has at `end`. Raises NoSteps."""
        body = msgspec.json.encode({"multi_last": [subjects]})
        answers = await self._replies.ask_many(DIRECT_GET, body, ANSWER_SECONDS)
        ends = _all_found(answers)
        if all(one.position < end for one in ends):
            raise NoSteps
        return ends

    async def _search(self, subjects: str, after: Position, end: Position, count: int) -> Batch:
        """All that come after a position, at most `count` up to `end`, looked for by the server."""
        gathered: Batch = []
        while after < end:
            body = {"batch": max(1, min(count, DIRECT_BATCH)), "seq": after + 1, "next_by_subj": subjects}
            found = await self._replies.ask_many(DIRECT_GET, msgspec.json.encode(body), ANSWER_SECONDS)
            if not found:
                break
            gathered += [decode_surely(one.data, Position(int((one.headers or {})[SEQUENCE]))) for one in found]
            after = gathered[-1].position
        while after < end:
            tail = await self._leader.next(subjects, after)
            if tail is None:
                raise LogUnavailable(f"the leader has nothing after {after}, and had {end}")
            after = Position(tail.seq)
            gathered.append(decode_surely(tail.data, after))
        return gathered

    async def _by_steps(self, subjects: str, after: Position, ends: list[Found]) -> Batch:
        """All that come after a position, by steps back from the ends of each aggregate. Raises NoSteps."""
        [first] = await self._ask([_looking(subjects, after + 1)])
        counts: dict[str, int] = {}
        for one in ends:
            revision = decode_surely(one.line, one.position).envelope.revision
            counts[one.about] = max(revision, counts.get(one.about, 0))
        count, span = sum(counts.values()), max(one.position for one in ends) - first.position
        if span <= THIN * count:
            raise NoSteps
        starts = min(STARTS, max(1, round(count * sqrt(STEP / span))))
        places = [first.position + span * n // starts for n in range(1, starts)]
        wave = [first, *ends, *await self._ask([_looking(subjects, place) for place in places])]
        found: dict[Position, Found] = {}
        while wave:
            found |= {one.position: one for one in wave}
            wave = await self._ask([{"seq": step} for step in _steps(wave, after) - found.keys()])
            if any(one.about not in counts for one in wave):
                raise NoSteps
        return _gapless([found[position] for position in sorted(found)], counts)

    async def _ask(self, bodies: Iterable[Mapping[str, object]]) -> list[Found]:
        """Single messages, all asked for at once. Raises NoSteps when one is not there, or not yet."""
        return _all_found(
            await self._replies.ask_all(DIRECT_GET, list(map(msgspec.json.encode, bodies)), ANSWER_SECONDS)
        )


def _looking(subjects: str, place: int) -> Mapping[str, object]:
    return {"seq": place, "next_by_subj": subjects}


def _steps(wave: Iterable[Found], after: Position) -> set[Position]:
    steps = set()
    for one in wave:
        if one.before is None:
            raise NoSteps
        if one.before > after:
            steps.add(one.before)
    return steps


def _gapless(found: Iterable[Found], counts: Mapping[str, int]) -> Batch:
    """The facts, when each aggregate's revisions go up by one to its count. Raises NoSteps."""
    facts: Batch = []
    revisions: dict[str, int] = {}
    for one in found:
        facts.append(fact := decode_surely(one.line, one.position))
        if revisions.get(one.about, fact.envelope.revision - 1) != fact.envelope.revision - 1:
            raise NoSteps
        revisions[one.about] = fact.envelope.revision
    if revisions != counts:
        raise NoSteps
    return facts


def _all_found(answers: Iterable[Msg]) -> list[Found]:
    found = []
    for one in answers:
        headers: Mapping[str, str] = one.headers or {}
        if status(one):
            raise NoSteps
        found.append(_found(headers["Nats-Subject"], int(headers[SEQUENCE]), one.data, headers))
    return found


def _found(subject: str, sequence: int, line: bytes, headers: Mapping[str, str]) -> Found:
    """An expectation about something else than all of its aggregate says nothing about what was before it."""
    about, before = subject.rpartition(".")[0], None
    if headers.get("Nats-Expected-Last-Subject-Sequence-Subject") == f"{about}.>":
        before = Position(int(headers["Nats-Expected-Last-Subject-Sequence"]))
    elif int(headers.get("Nats-Batch-Sequence", "1")) > 1:
        before = Position(sequence - 1)
    return Found(about, Position(sequence), line, before)
