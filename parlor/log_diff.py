"""How two logs differ: fact by fact in each aggregate, and in what they add up to. Pure.

The same fact has the same id in both; what is left is paired when type and revision agree. A fact that is missing or
changed moves the revisions and hashes of all that come after it in its aggregate: that is said only where nothing else
is wrong.
"""

from collections.abc import Iterable, Iterator
from typing import Any, TypeAlias

import msgspec

from libs.events.envelope import Envelope
from libs.events.logstate import Fold, LogState
from libs.events.subjects import Aggregate
from parlor.log_when import Fact

CONSEQUENCES = ("prevhash", "checksum", "revision")
Lines: TypeAlias = dict[Aggregate, list[Envelope]]


class Difference(msgspec.Struct, frozen=True, omit_defaults=True):
    """One place with what stands there in the first and in the second; None where nothing does."""

    place: str
    first: Any = None
    second: Any = None


class Changed(msgspec.Struct, frozen=True):
    """A fact that both have, and not the same; `revision` is that in the first."""

    revision: int
    type: str
    fields: list[Difference]


class Missing(msgspec.Struct, frozen=True):
    """A fact that only one of them has."""

    revision: int
    type: str
    id: str


class AggregateDiff(msgspec.Struct, frozen=True):
    """One aggregate. `revision` is the first that differs."""

    aggregate: str
    revision: int
    only_first: list[Missing]
    only_second: list[Missing]
    changed: list[Changed]


class LogDiff(msgspec.Struct, frozen=True):
    """Everything; nothing in both lists is the same log."""

    facts: tuple[int, int]
    aggregates: list[AggregateDiff]
    state: list[Difference]

    @property
    def same(self) -> bool:
        """True when there is nothing to tell."""
        return not self.aggregates and not self.state


class Read:
    """One log, as far as it has been read."""

    def __init__(self, facts: Iterable[Fact] = ()) -> None:
        self.facts = 0
        self.lines: Lines = {}
        self._fold = Fold()
        for fact in facts:
            self.add(fact)

    def add(self, fact: Fact) -> None:
        """Go on with one fact."""
        self.facts += 1
        self.lines.setdefault(fact.envelope.aggregate, []).append(fact.envelope)
        self._fold.read(fact)

    @property
    def state(self) -> LogState:
        """What it adds up to."""
        return self._fold.state()


def difference(first: Read, second: Read) -> LogDiff:
    """Between two logs."""
    every = dict.fromkeys((*first.lines, *second.lines))
    diffs = (_aggregate(about, first.lines.get(about, []), second.lines.get(about, [])) for about in every)
    return LogDiff(
        (first.facts, second.facts),
        [diff for diff in diffs if diff is not None],
        between(first.state, second.state),
    )


def between(first: LogState, second: LogState) -> list[Difference]:
    """Between two states, each place once."""
    return list(_places("", msgspec.to_builtins(first), msgspec.to_builtins(second)))


def _aggregate(about: Aggregate, first: list[Envelope], second: list[Envelope]) -> AggregateDiff | None:
    pairs, only_first, only_second = _paired(first, second)
    changes = [(one, _fields(one, other)) for one, other in pairs]
    changed = [(one, fields) for one, fields in changes if any(field.place not in CONSEQUENCES for field in fields)]
    if not (changed or only_first or only_second):
        changed = [(one, fields) for one, fields in changes if fields]
    revisions = [one.revision for one, _ in changed] + [one.revision for one in (*only_first, *only_second)]
    if not revisions:
        return None
    return AggregateDiff(
        f"{about.owner} {about.name}",
        min(revisions),
        [Missing(one.revision, one.type, one.id) for one in only_first],
        [Missing(one.revision, one.type, one.id) for one in only_second],
        [Changed(one.revision, one.type, fields) for one, fields in changed],
    )


def _paired(
    first: list[Envelope], second: list[Envelope]
) -> tuple[list[tuple[Envelope, Envelope]], list[Envelope], list[Envelope]]:
    """What belongs together, and what stands alone in each."""
    ids = {one.id: one for one in second}
    pairs = {one.id: ids[one.id] for one in first if one.id in ids}
    taken = {one.id for one in pairs.values()}
    rest = {(one.revision, one.type): one for one in second if one.id not in taken}
    for one in first:
        if one.id not in pairs and (other := rest.pop((one.revision, one.type), None)) is not None:
            pairs[one.id] = other
            taken.add(other.id)
    return (
        [(one, pairs[one.id]) for one in first if one.id in pairs],
        [one for one in first if one.id not in pairs],
        [one for one in second if one.id not in taken],
    )


def _fields(one: Envelope, other: Envelope) -> list[Difference]:
    if one == other:
        return []
    return list(_places("", _told(one), _told(other)))


def _told(envelope: Envelope) -> dict[str, Any]:
    return msgspec.structs.asdict(envelope) | {"data": msgspec.json.decode(envelope.data)}


def _places(place: str, first: Any, second: Any) -> Iterator[Difference]:
    if isinstance(first, dict) and isinstance(second, dict):
        for name in dict.fromkeys((*first, *second)):
            yield from _places(f"{place}.{name}" if place else str(name), first.get(name), second.get(name))
    elif first != second:
        yield Difference(place, first, second)
