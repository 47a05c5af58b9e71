"""A log in memory: the promises of `EventLog` without a server, for tests and for dry replays."""

import asyncio
from collections.abc import AsyncGenerator, Iterable, Sequence

from .envelope import Envelope, Recorded, UnreadableEvent, encode, stored
from .event import Unreadable
from .fresh import fresh_id
from .ids import START, Position
from .log import AppendedMeanwhile, Batch, Decision, Outcome
from .subjects import EVERYTHING, Aggregate, Interest
from .vocabulary import AnyEvent


class MemoryLog:
    """Keeps every fact in one list; a position is a place in it, counted from 1."""

    def __init__(self) -> None:
        self._identity = fresh_id()
        self._facts: list[tuple[Aggregate, Recorded[AnyEvent]]] = []
        self._about: dict[Aggregate, list[Recorded[AnyEvent]]] = {}
        self._grown = asyncio.Event()

    async def identity(self) -> str:
        return self._identity

    async def append(self, aggregate: Aggregate, facts: Sequence[Envelope], *, expected: Position) -> Position:
        about = self._about.setdefault(aggregate, [])
        since = [past for past in about if past.position > expected]
        if not facts:
            return expected
        if since and [past.line for past in since[: len(facts)]] == [encode(fact) for fact in facts]:
            return since[len(facts) - 1].position
        if (about[-1].position if about else START) != expected:
            raise AppendedMeanwhile(f"{aggregate.name}: expected position {expected}")
        for fact in facts:
            recorded = stored(encode(fact), Position(len(self._facts) + 1), aggregate)
            self._facts.append((aggregate, recorded))
            about.append(recorded)
        self._grown.set()
        self._grown = asyncio.Event()
        return await self.end()

    async def append_many(self, decisions: Iterable[Decision]) -> list[Outcome]:
        return [await self._outcome(decision) for decision in decisions]

    async def _outcome(self, decision: Decision) -> Outcome:
        try:
            return await self.append(decision.aggregate, decision.facts, expected=decision.expected)
        except AppendedMeanwhile as meanwhile:
            return meanwhile

    async def append_in_order(self, decisions: Iterable[Decision], after: Position) -> AsyncGenerator[int, None]:
        written = 0
        for decision in decisions:
            if await self.end() != after:
                raise AppendedMeanwhile(f"the log ends at {await self.end()}, not at {after}")
            about = self._about.get(decision.aggregate)
            after = await self.append(
                decision.aggregate, decision.facts, expected=about[-1].position if about else START
            )
            written += len(decision.facts)
            yield written

    async def read(self, aggregate: Aggregate, after: Position = START) -> Batch:
        return _readable(fact for fact in self._about.get(aggregate, ()) if fact.position > after)

    async def read_scope(self, scope: str) -> Batch:
        return _readable(fact for about, fact in self._facts if about.scope == scope)

    async def end(self) -> Position:
        return Position(len(self._facts))

    async def read_all(self, after: Position = START, interest: Interest = EVERYTHING) -> AsyncGenerator[Batch, None]:
        wanted = [fact for about, fact in self._facts[after:] if interest.covers(about)]
        if wanted:
            yield wanted

    async def follow(self, after: Position = START, interest: Interest = EVERYTHING) -> AsyncGenerator[Batch, None]:
        while True:
            grown, end = self._grown, await self.end()
            wanted = [fact for about, fact in self._facts[after:end] if interest.covers(about)]
            if wanted:
                yield wanted
            after = max(after, end)
            if grown is self._grown:
                await grown.wait()


def _readable(facts: Iterable[Recorded[AnyEvent]]) -> Batch:
    """All of them. Raises UnreadableEvent: whoever decides must know everything."""
    found = list(facts)
    for fact in found:
        if isinstance(fact.event, Unreadable):
            raise UnreadableEvent(f"position {fact.position}: {fact.event.reason}")
    return found
