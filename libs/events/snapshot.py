"""Snapshots: folded aggregates put aside, so that of a long one only the tail has to be read.

A snapshot is never needed and never believed without proof. It counts only if it is whole (a checksum), of this log, of
this form (below), and if the log still has the fact at its head, at the same position and with the same digest. As each
fact names the digest of the one before, that one comparison speaks for all that went before. Everything else is as if
there were none: the whole aggregate is read.

The form is made from the fold itself: what its state and its facts look like, and the source of the modules in which it
folds, reads facts and writes snapshots. Nobody has to remember to raise a number; a changed comment drops snapshots
too, which costs one whole reading of each aggregate.
"""

import inspect
import sys
from collections.abc import Callable
from hashlib import sha256
from typing import Any, Generic, Protocol, TypeVar, get_args, get_type_hints

import msgspec

from . import envelope, upcasts
from .command import Accepted
from .folded import Folded, Head
from .ids import Position
from .subjects import Aggregate

S = TypeVar("S")

EVERY = 100
"""Facts after which an aggregate is put aside again."""
WORTH = 10
"""Fewer facts than this are read as quickly as a snapshot is."""


class Snapshots(Protocol):
    """Where snapshots are. A store in trouble is no error: what can't be had or kept is as if it were not there."""

    async def find(self, aggregate: Aggregate) -> bytes | None:
        """What was kept last."""

    async def keep(self, aggregate: Aggregate, snapshot: bytes) -> None:
        """Keep this one, unless there is one of the same log that knows more (`replaces`)."""


class MemorySnapshots:
    """Snapshots without a server, for tests and dry replays."""

    def __init__(self) -> None:
        self.kept: dict[Aggregate, bytes] = {}

    async def find(self, aggregate: Aggregate) -> bytes | None:
        return self.kept.get(aggregate)

    async def keep(self, aggregate: Aggregate, snapshot: bytes) -> None:
        if replaces(snapshot, self.kept.get(aggregate)):
            self.kept[aggregate] = snapshot


class Stamp(msgspec.Struct, frozen=True, kw_only=True):
    """What a snapshot is of."""

    log: str
    form: str
    head: Head


class Answered(msgspec.Struct, frozen=True, omit_defaults=True):
    """One command, who gave it, and what it led to."""

    cause: str
    answer: Accepted
    actor: str | None = None


class Snapshot(Stamp, frozen=True, kw_only=True):
    """What is written: a checksum, and in the next line this."""

    since: Position
    state: msgspec.Raw
    answered: list[Answered]


_encoder = msgspec.json.Encoder()
_stamps = msgspec.json.Decoder(Stamp)
_snapshots = msgspec.json.Decoder(Snapshot)


class Form(Generic[S]):
    """How the states of one fold are written and read. Raises TypeError when they can't be."""

    def __init__(self, evolve: Callable[[S, Any], S]) -> None:
        state, facts = _signature(evolve)
        self._states = msgspec.json.Decoder(state)
        self.name = _fingerprint(evolve, state, facts)

    def write(self, log: str, folded: Folded[S]) -> bytes:
        """The snapshot of an aggregate of this log."""
        line = _encoder.encode(
            Snapshot(
                log=log,
                form=self.name,
                head=folded.head,
                since=folded.since,
                state=msgspec.Raw(_encoder.encode(folded.state)),
                answered=[Answered(cause, answer, actor) for (cause, actor), answer in folded.answered.items()],
            )
        )
        return sha256(line).hexdigest().encode() + b"\n" + line

    def read(self, log: str, snapshot: bytes) -> Folded[S] | None:
        """What the snapshot is of; None unless it is whole, of this log and of this form."""
        line = _whole(snapshot)
        try:
            stamp = None if line is None else _stamps.decode(line)
            if line is None or stamp is None or (stamp.log, stamp.form) != (log, self.name):
                return None
            found = _snapshots.decode(line)
            state: S = self._states.decode(found.state)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return None
        answered = {(each.cause, each.actor): each.answer for each in found.answered}
        return Folded(state, found.head, answered, found.since, found.head.revision)


def replaces(snapshot: bytes, kept: bytes | None) -> bool:
    """Whether it should take the place of the other: not if that is whole, of the same log, and further on."""
    line = None if kept is None else _whole(kept)
    if line is None:
        return True
    try:
        old, new = _stamps.decode(line), _stamps.decode(snapshot.partition(b"\n")[2])
    except (msgspec.DecodeError, UnicodeDecodeError):
        return True
    if old.log != new.log or old.head.position < new.head.position:
        return True
    return old.head.position == new.head.position and old.form != new.form


def _whole(snapshot: bytes) -> bytes | None:
    checksum, _, line = snapshot.partition(b"\n")
    return line if checksum == sha256(line).hexdigest().encode() else None


def _signature(evolve: Callable[[S, Any], S]) -> tuple[Any, tuple[Any, ...]]:
    hints = get_type_hints(evolve)
    hints.pop("return", None)
    if len(hints) != 2:
        raise TypeError(f"{evolve!r} does not say what it folds: snapshots need evolve(state: S, event: E) -> S")
    state, facts = hints.values()
    return state, get_args(facts) or (facts,)


def _fingerprint(evolve: Callable[[S, Any], S], state: object, facts: tuple[Any, ...]) -> str:
    shapes = msgspec.json.schema_components([state, *facts])
    modules = (sys.modules[evolve.__module__], envelope, upcasts, sys.modules[__name__], sys.modules[Folded.__module__])
    sources = [inspect.getsource(module) for module in modules]
    return sha256(msgspec.json.encode([evolve.__qualname__, shapes, sources], order="deterministic")).hexdigest()[:16]
