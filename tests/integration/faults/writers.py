"""Those who write: some contend for the same rooms, some have a room to themselves and never give up."""

import asyncio
from collections.abc import Callable, Sequence
from random import Random

import msgspec

from libs.events.command import Accepted, Written
from libs.events.envelope import Envelope
from libs.events.fresh import fresh_id
from libs.events.ids import START, Milliseconds, Position, RoomId
from libs.events.ledger import Cause, Ledger
from libs.events.log import Decision as Decided
from libs.events.log import EventLog, LogUnavailable
from libs.events.log import Outcome as Outcomes
from libs.events.refusal import Contended
from libs.events.rooms import RoomEvent, SpeakerMuted, SpeakerUnmuted
from libs.events.subjects import Aggregate, room
from tests.integration.faults.history import Decision, Outcome
from tests.integration.log.facts import ANA, Chain, cause

ROOMS = 3
LONG = 80
"""Revisions after which a room is left for a fresh one: reading a room anew should not become the test."""
BATCH = 4


class Progress:
    """What all writers did, and a way to wait for more of it."""

    def __init__(self) -> None:
        self.decisions: list[Decision] = []
        self.acknowledged = 0
        self.troubles = 0
        self.rooms = [room(fresh_id()) for _ in range(ROOMS)]
        self._moved = asyncio.Event()

    def note(self, decision: Decision) -> None:
        """One more decision."""
        self.decisions.append(decision)
        self.acknowledged += decision.outcome is Outcome.ACKNOWLEDGED
        self._move()

    def trouble(self) -> None:
        """Somebody was told that the log did not answer."""
        self.troubles += 1
        self._move()

    def _move(self) -> None:
        self._moved.set()
        self._moved = asyncio.Event()

    async def until(self, come: Callable[[], bool], seconds: float) -> bool:
        """Wait until it has come to that; False when it did not within so many seconds."""
        try:
            async with asyncio.timeout(seconds):
                while not come():
                    await self._moved.wait()
        except TimeoutError:
            return False
        return True

    async def further(self, acknowledged: int, seconds: float) -> bool:
        """Wait until so many more decisions were acknowledged."""
        wanted = self.acknowledged + acknowledged
        return await self.until(lambda: self.acknowledged >= wanted, seconds)


class Ana(msgspec.Struct, frozen=True):
    """All the state there is."""

    muted: bool = False


def evolve(_before: Ana, event: RoomEvent) -> Ana:
    return Ana(isinstance(event, SpeakerMuted))


def turns(about: Aggregate, count: int) -> Callable[[Ana], list[RoomEvent]]:
    """Decides that Ana mutes and unmutes herself by turns, from wherever she is."""
    place = RoomId(about.scope)

    def decide(ana: Ana) -> list[RoomEvent]:
        pair: list[RoomEvent] = [SpeakerUnmuted(room=place, person=ANA), SpeakerMuted(room=place, person=ANA, by=ANA)]
        return [pair[(n + (not ana.muted)) % 2] for n in range(count)]

    return decide


def later(asked: Cause) -> Cause:
    """The same question, asked again at another time, as a client with an idempotency key does."""
    return msgspec.structs.replace(asked, now=Milliseconds(asked.now + 1_000))


class Contender:
    """A service of its own, with its own copies of rooms that others write to as well."""

    def __init__(self, log: EventLog, progress: Progress, chance: Random) -> None:
        self._progress = progress
        self._chance = chance
        self._ledger = Ledger(log, evolve, Ana())

    async def write(self) -> None:
        """One decision, about one of the rooms that all write to. Without an answer it asks again, or gives up."""
        place = self._chance.randrange(ROOMS)
        about = self._progress.rooms[place]
        facts = self._chance.choice([1, 1, 1, 2, BATCH])
        asked = cause()
        outcome, answer = await self._ask(about, asked, facts)
        while outcome is Outcome.UNKNOWN and self._chance.random() < 0.5:
            outcome, answer = await self._ask(about, later(asked), facts)
        self._progress.note(Decision(cause=asked.id, about=about, facts=facts, outcome=outcome, answer=answer))
        if answer is not None and answer.revision > LONG and self._progress.rooms[place] == about:
            self._progress.rooms[place] = room(fresh_id())

    async def _ask(self, about: Aggregate, asked: Cause, facts: int) -> tuple[Outcome, Accepted | None]:
        try:
            return Outcome.ACKNOWLEDGED, await self._ledger.record(about, asked, turns(about, facts))
        except Contended:
            return Outcome.REFUSED, None
        except LogUnavailable:
            self._progress.trouble()
            return Outcome.UNKNOWN, None


def acknowledged(about: Aggregate, lines: Sequence[Envelope], position: Position) -> Decision:
    """What an append that was answered with this position says about these lines."""
    last = lines[-1]
    events = tuple(Written(line.id, line.type) for line in lines)
    answer = Accepted(revision=last.revision, position=position, events=events)
    return Decision(cause=last.causationid, about=about, facts=len(lines), outcome=Outcome.ACKNOWLEDGED, answer=answer)


class Loner:
    """Writes straight to the log, to a room of its own, and repeats the same lines until they are acknowledged."""

    def __init__(self, log: EventLog, progress: Progress, chance: Random) -> None:
        self._log = log
        self._progress = progress
        self._chance = chance
        self._chain = Chain()
        self._position = START

    async def write(self) -> None:
        """One decision. AppendedMeanwhile would be a wrong answer here: nobody else writes to this room."""
        pairs = self._chance.choice([0, 0, 1, BATCH])
        lines = self._chain.unmuted_and_muted(pairs) if pairs else self._chain.muted()
        position: Position | None = None
        while position is None:
            try:
                position = await self._log.append(self._chain.about, lines, expected=self._position)
            except LogUnavailable:
                self._progress.trouble()
        self._position = position
        self._progress.note(acknowledged(self._chain.about, lines, position))
        if lines[-1].revision > LONG:
            self._chain, self._position = Chain(), START


class Crowd:
    """Writes to many rooms of its own at once, and again, line for line, what was not acknowledged."""

    def __init__(self, log: EventLog, progress: Progress, chance: Random) -> None:
        self._log = log
        self._progress = progress
        self._chance = chance

    async def write(self) -> None:
        """Each room opens and goes on: no room's second decision is sent before its first is known."""
        chains = [Chain() for _ in range(self._chance.choice([3, 20]))]
        firsts = await self._insist([Decided(chain.about, chain.opened()) for chain in chains])
        mutes = [chain.unmuted_and_muted(BATCH) if n % 3 == 0 else chain.muted() for n, chain in enumerate(chains)]
        about = [chain.about for chain in chains]
        await self._insist([Decided(*one) for one in zip(about, mutes, firsts, strict=True)])

    async def _insist(self, decided: list[Decided]) -> list[Position]:
        outcomes = await self._log.append_many(decided)
        while late := [n for n, outcome in enumerate(outcomes) if isinstance(outcome, LogUnavailable)]:
            self._progress.trouble()
            for n, outcome in zip(late, await self._log.append_many([decided[n] for n in late]), strict=True):
                outcomes[n] = outcome
        return [self._noted(*one) for one in zip(decided, outcomes, strict=True)]

    def _noted(self, decided: Decided, outcome: Outcomes) -> Position:
        if isinstance(outcome, Exception):
            raise outcome
        self._progress.note(acknowledged(decided.aggregate, decided.facts, outcome))
        return outcome
