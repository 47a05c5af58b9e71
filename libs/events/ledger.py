"""Read, fold, decide, append: the one way in which a service changes what it owns.

A ledger keeps folded aggregates in memory. A copy may be stale: the expectation of the append finds that out, the
ledger then reads what came since and decides again, three times. A command that was answered before is known by the
`causationid` of the facts it led to, so it gets the same answer after any restart.

What was folded before, in memory or as a snapshot (snapshot.py), is gone on from only where the log still has the fact
that it ended with; else the aggregate is read from its beginning.
"""

from asyncio import Lock, Task, create_task, gather
from collections.abc import Callable
from functools import lru_cache
from typing import Generic, TypeVar, cast
from uuid import NAMESPACE_OID, UUID, uuid5

import msgspec
import uuid_utils

from .command import Accepted, Written
from .envelope import SPECVERSION, Envelope, Recorded, checksummed, decode, digest_of, encode, encode_data, rfc3339
from .event import Event, Unknown
from .folded import Folded, Head
from .ids import CommandId, EventId, Milliseconds, Samples
from .log import AppendedMeanwhile, Batch, EventLog
from .refusal import Contended, RevisionMismatch
from .snapshot import EVERY, WORTH, Form, Snapshots
from .subjects import Aggregate
from .vocabulary import SUPERSEDED, AnyEvent

S = TypeVar("S")
E = TypeVar("E", bound=Event)

ATTEMPTS = 3
REMEMBERED = 1_000
"""Causes that an aggregate in memory knows: a mix that goes on for years says something every few seconds."""


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
    what = f"{cause.actor or ''}/{aggregate.owner}/{aggregate.name}/{tag}/{n}"
    return EventId(str(uuid_utils.uuid5(_space(cause.id), what)))


@lru_cache(maxsize=1024)
def _space(cause: str) -> uuid_utils.UUID:
    """What a cause's facts are named in. The library makes ids five times as fast, Python's own reads all forms."""
    try:
        space = UUID(cause)
    except ValueError:
        space = uuid5(NAMESPACE_OID, cause)
    return uuid_utils.UUID(bytes=space.bytes)


def write(aggregate: Aggregate, facts: list[E], head: Head, cause: Cause) -> list[Envelope]:
    """The envelopes of one decision: revisions go on, each line names the hash of the one before. Raises TypeError
    for a fact that is superseded.
    """
    written: list[Envelope] = []
    digest = head.digest
    mediatime = head.mediatime if cause.roomid == head.roomid else None
    for n, fact in enumerate(facts, start=1):
        if fact.tag in SUPERSEDED:
            raise TypeError(f"{fact.tag} is only read any more: write {SUPERSEDED[fact.tag].tag}")
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
        if n < len(facts):
            digest = digest_of(encode(written[-1]))
    return written


class Ledger(Generic[S, E]):
    """All aggregates of one kind that this process has met."""

    def __init__(
        self, log: EventLog, evolve: Callable[[S, E], S], initial: S, snapshots: Snapshots | None = None
    ) -> None:
        self._log = log
        self._evolve = evolve
        self._initial = initial
        self._snapshots = snapshots
        self._form: Form[S] | None = None if snapshots is None else Form(evolve)
        self._identity = ""
        self._known: dict[Aggregate, Folded[S]] = {}
        self._turns: dict[Aggregate, Lock] = {}
        self._keeping: set[Task[None]] = set()

    async def get(self, aggregate: Aggregate) -> Folded[S]:
        """The aggregate as this process knows it; read from the log when it is new to us."""
        known = self._known.get(aggregate)
        if known is None:
            known = await self.reload(aggregate)
        return known

    async def reload(self, aggregate: Aggregate) -> Folded[S]:
        """The aggregate as the log has it now."""
        self._identity = await self._log.identity()
        folded = await self._go_on(aggregate, self._known.get(aggregate))
        if folded is None:
            folded = await self._go_on(aggregate, await self._snapshot(aggregate))
        if folded is None:
            folded = self._fold_all(Folded(self._initial, Head(), {}), await self._log.read(aggregate))
        return self._know(aggregate, folded)

    async def _snapshot(self, aggregate: Aggregate) -> Folded[S] | None:
        if self._snapshots is None or self._form is None:
            return None
        found = await self._snapshots.find(aggregate)
        return None if found is None else self._form.read(self._identity, found)

    async def _go_on(self, aggregate: Aggregate, before: Folded[S] | None) -> Folded[S] | None:
        """What came of it; None unless the log still has the fact that it ended with, so that all before is there too.

        Reads from before that fact. What is known stays as it is: several may go on from it at a time.
        """
        if before is None or before.head.digest is None:
            return None
        facts = await self._log.read(aggregate, before.since)
        for n, fact in enumerate(facts, start=1):
            if fact.position == before.head.position and fact.digest == before.head.digest:
                own = msgspec.structs.replace(before, answered=dict(before.answered))
                return self._fold_all(own, facts[n:])
        return None

    def _know(self, aggregate: Aggregate, folded: Folded[S]) -> Folded[S]:
        if folded.head.revision - folded.kept >= EVERY:
            folded = self._keep(aggregate, folded)
        self._known[aggregate] = folded
        return folded

    def _keep(self, aggregate: Aggregate, folded: Folded[S]) -> Folded[S]:
        """Put a snapshot aside, without having anybody wait for it."""
        if self._snapshots is None or self._form is None:
            return folded
        keeping = create_task(self._snapshots.keep(aggregate, self._form.write(self._identity, folded)))
        self._keeping.add(keeping)
        keeping.add_done_callback(self._keeping.discard)
        return msgspec.structs.replace(folded, kept=folded.head.revision)

    async def settle(self) -> None:
        """Return when the snapshots under way are kept."""
        await gather(*self._keeping)

    def forget(self, aggregate: Aggregate) -> None:
        """Drop the copy of an aggregate that is over; a snapshot makes it quick to read again."""
        known = self._known.pop(aggregate, None)
        self._turns.pop(aggregate, None)
        if known is not None and known.head.revision - known.kept >= WORTH:
            self._keep(aggregate, known)

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
        return self._know(aggregate, folded).answered[cause.id, cause.actor]

    def _fold_all(self, folded: Folded[S], facts: Batch) -> Folded[S]:
        for recorded in facts:
            folded = self._fold(folded, recorded)
        return folded

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
        since = folded.head.position if folded.head.position < recorded.position else folded.since
        return Folded(state, head, folded.answered, since, folded.kept)
