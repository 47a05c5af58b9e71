"""Read, fold, decide, append: the one way in which a service changes what it owns.

A ledger keeps folded aggregates in memory. A copy may be stale: the expectation of the append finds that out, the
ledger then reads again and decides again, three times. A command that was answered before is known by the
`causationid` of the facts it led to, so it gets the same answer after any restart.
"""

from asyncio import Lock
from collections.abc import Callable
from typing import Generic, TypeVar, cast
from uuid import NAMESPACE_OID, UUID, uuid5

import msgspec

from .command import Accepted, Written
from .envelope import SPECVERSION, Envelope, Recorded, checksummed, decode, digest_of, encode, encode_data, rfc3339
from .event import Event, Unknown
from .ids import START, CommandId, EventId, Milliseconds, Position, Samples
from .log import AppendedMeanwhile, EventLog
from .refusal import Contended, RevisionMismatch
from .subjects import Aggregate
from .vocabulary import AnyEvent

S = TypeVar("S")
E = TypeVar("E", bound=Event)

ATTEMPTS = 3
REMEMBERED = 1_000
"""Causes that an aggregate in memory knows: a mix that goes on for years says something every few seconds."""


class Head(msgspec.Struct, frozen=True):
    """Where an aggregate's chain ends. `mediatime` is that of the room `roomid`: another room has another clock."""

    revision: int = 0
    position: Position = START
    digest: str | None = None
    mediatime: Samples | None = None
    roomid: str | None = None


class Folded(msgspec.Struct, Generic[S], frozen=True):
    """One aggregate as of its head. `answered` maps each command, and who gave it, to what it led to."""

    state: S
    head: Head
    answered: dict[tuple[str, str | None], Accepted]


class Cause(msgspec.Struct, frozen=True, kw_only=True):
    """Why facts are written: who asked, by which way, when, and what was heard at that moment."""

    id: CommandId | EventId
    correlationid: str
    via: str
    now: Milliseconds
    actor: str | None = None
    role: str | None = None
    roomid: str | None = None
    mediatime: Samples | None = None
    heardat: Samples | None = None
    traceparent: str | None = None
    expected: int | None = None


def event_id(cause: Cause, aggregate: Aggregate, tag: str, n: int) -> EventId:
    """The id of the n-th fact of this type that one cause led to here; the same cause gives the same id (RFC 9562, v5).

    One cause may end several sources at once, so the aggregate is part of it: the log knows a fact by its id alone.
    So is the actor: whoever learns somebody's idempotency key asks anew with it.
    """
    try:
        space = UUID(cause.id)
    except ValueError:
        space = uuid5(NAMESPACE_OID, cause.id)
    return EventId(str(uuid5(space, f"{cause.actor or ''}/{aggregate.owner}/{aggregate.name}/{tag}/{n}")))


def write(aggregate: Aggregate, facts: list[E], head: Head, cause: Cause) -> list[Envelope]:
    """The envelopes of one decision: revisions go on, each line names the hash of the one before."""
    written: list[Envelope] = []
    digest = head.digest
    mediatime = head.mediatime if cause.roomid == head.roomid else None
    for n, fact in enumerate(facts, start=1):
        if cause.mediatime is not None:
            mediatime = Samples(max(cause.mediatime, mediatime or 0))
        bare = Envelope(
            specversion=SPECVERSION,
            id=event_id(cause, aggregate, fact.tag, n),
            source=f"/parlor/{aggregate.owner}",
            type=fact.tag,
            subject=aggregate.name,
            time=rfc3339(cause.now),
            revision=head.revision + n,
            via=cause.via,
            correlationid=cause.correlationid,
            causationid=cause.id,
            data=encode_data(fact),
            roomid=cause.roomid,
            mediatime=mediatime,
            heardat=cause.heardat,
            actor=cause.actor,
            role=cause.role,
            traceparent=cause.traceparent,
            prevhash=digest,
        )
        written.append(checksummed(bare))
        digest = digest_of(encode(written[-1]))
    return written


class Ledger(Generic[S, E]):
    """All aggregates of one kind that this process has met."""

    def __init__(self, log: EventLog, evolve: Callable[[S, E], S], initial: S) -> None:
        self._log = log
        self._evolve = evolve
        self._initial = initial
        self._known: dict[Aggregate, Folded[S]] = {}
        self._turns: dict[Aggregate, Lock] = {}

    async def get(self, aggregate: Aggregate) -> Folded[S]:
        """The aggregate as this process knows it; read from the log when it is new to us."""
        known = self._known.get(aggregate)
        if known is None:
            known = await self.reload(aggregate)
        return known

    async def reload(self, aggregate: Aggregate) -> Folded[S]:
        """The aggregate as the log has it now."""
        folded = Folded(self._initial, Head(), {})
        for recorded in await self._log.read(aggregate):
            folded = self._fold(folded, recorded)
        self._known[aggregate] = folded
        return folded

    def forget(self, aggregate: Aggregate) -> None:
        """Drop the copy of an aggregate that is over."""
        self._known.pop(aggregate, None)
        self._turns.pop(aggregate, None)

    async def record(self, aggregate: Aggregate, cause: Cause, decide: Callable[[S], list[E]]) -> Accepted:
        """Let `decide` see the state and write what it returns. Raises whatever it raises, Contended,
        RevisionMismatch or LogUnavailable. Asked again with the same cause, gives the first answer again. Within one
        process the same aggregate's commands take turns, so that only other processes can contend.
        """
        async with self._turns.setdefault(aggregate, Lock()):
            return await self._record(aggregate, cause, decide)

    async def _record(self, aggregate: Aggregate, cause: Cause, decide: Callable[[S], list[E]]) -> Accepted:
        folded = await self.get(aggregate)
        for _ in range(ATTEMPTS):
            before = folded.answered.get((cause.id, cause.actor))
            if before is not None:
                return before
            if cause.expected is not None and cause.expected != folded.head.revision:
                raise RevisionMismatch(f"{aggregate.name} is at revision {folded.head.revision}, not {cause.expected}")
            facts = decide(folded.state)
            if not facts:
                return Accepted(revision=folded.head.revision, position=folded.head.position)
            try:
                return await self._append(aggregate, facts, folded, cause)
            except AppendedMeanwhile:
                folded = await self.reload(aggregate)
        raise Contended(f"{aggregate.name} kept changing, {ATTEMPTS} attempts were in vain; ask again")

    async def _append(self, aggregate: Aggregate, facts: list[E], folded: Folded[S], cause: Cause) -> Accepted:
        envelopes = write(aggregate, facts, folded.head, cause)
        position = await self._log.append(aggregate, envelopes, expected=folded.head.position)
        for envelope in envelopes:
            folded = self._fold(folded, decode(encode(envelope), position))
        self._known[aggregate] = folded
        return folded.answered[cause.id, cause.actor]

    def _fold(self, folded: Folded[S], recorded: Recorded[AnyEvent]) -> Folded[S]:
        envelope, event = recorded.envelope, recorded.event
        state = folded.state
        if not isinstance(event, Unknown):
            state = self._evolve(state, cast("E", event))
        asked = (envelope.causationid, envelope.actor)
        before = folded.answered.get(asked)
        events = (before.events if before else ()) + (Written(envelope.id, envelope.type),)
        answer = Accepted(revision=envelope.revision, position=recorded.position, events=events)
        head = Head(envelope.revision, recorded.position, recorded.digest, envelope.mediatime, envelope.roomid)
        folded.answered[asked] = answer
        while len(folded.answered) > REMEMBERED:
            del folded.answered[next(iter(folded.answered))]
        return Folded(state, head, folded.answered)
