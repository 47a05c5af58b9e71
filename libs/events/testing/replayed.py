"""A log from a file, read and folded: what a test asks about."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property, reduce
from typing import TypeVar

from ..envelope import Recorded
from ..event import Unknown
from ..ids import RoomId
from ..logstate import LogState, RoomState, fold
from ..vocabulary import AnyEvent

S = TypeVar("S")


class Replayed:
    """Facts in their order. `name` is that of their file, for messages."""

    def __init__(self, name: str, facts: Sequence[Recorded[AnyEvent]]) -> None:
        self.name = name
        self.facts = tuple(facts)

    @property
    def events(self) -> list[AnyEvent]:
        """What happened, without the envelopes; types that this version does not know are left out."""
        return [fact.event for fact in self._known()]

    @property
    def unknown(self) -> Counter[str]:
        """How often there was a fact of a type that this version does not know."""
        return Counter(fact.envelope.type for fact in self.facts if isinstance(fact.event, Unknown))

    def fold(self, evolve: Callable[[S, Recorded[AnyEvent]], S], initial: S) -> S:
        """What a projection of your own makes of the facts; unknown types are left out."""
        return reduce(evolve, self._known(), initial)

    def _known(self) -> Iterator[Recorded[AnyEvent]]:
        return (fact for fact in self.facts if not isinstance(fact.event, Unknown))


class ReplayedLog(Replayed):
    """All of a file."""

    @cached_property
    def state(self) -> LogState:
        """Every room, programme and speaker after all the facts."""
        return fold(self.facts)

    def room(self, room: str = "") -> "ReplayedRoom":
        """One room of it; which one need not be said when there is one. Raises LookupError that lists them."""
        __tracebackhide__ = True
        if not room and len(self.state.rooms) == 1:
            [room] = self.state.rooms
        if room not in self.state.rooms:
            there = ", ".join(self.state.rooms) or "none"
            asked = f"no room {room!r}" if room else "more than one room, or none: say which with room="
            raise LookupError(f"{self.name} has {asked}; its rooms: {there}")
        return ReplayedRoom(self.name, _of_room(self.facts, room), RoomId(room))


class ReplayedRoom(Replayed):
    """All that happened in one room, by whichever service wrote it."""

    def __init__(self, name: str, facts: Sequence[Recorded[AnyEvent]], room: RoomId) -> None:
        super().__init__(name, facts)
        self.room = room

    @cached_property
    def state(self) -> RoomState:
        """The room after these facts."""
        return fold(self.facts).rooms[self.room]

    def at(self, revision: int) -> "ReplayedRoom":
        """The room when it was at this revision: up to the fact that has it, and no further.

        Revisions are those of the room itself (`rooms.…` facts); facts of other services lie between them. Raises
        LookupError that names the revisions there are.
        """
        __tracebackhide__ = True
        own = {n: place for place, n in self._revisions()}
        if revision not in own:
            there = f"{min(own)} to {max(own)}" if own else "none"
            raise LookupError(f"{self.name}: {self.room} has no revision {revision}; there are {there}")
        return ReplayedRoom(self.name, self.facts[: own[revision] + 1], self.room)

    def _revisions(self) -> Iterator[tuple[int, int]]:
        for place, fact in enumerate(self.facts):
            about = fact.envelope.aggregate
            if (about.owner, about.kind, about.id) == ("rooms", "room", self.room):
                yield place, fact.envelope.revision


def _of_room(facts: Sequence[Recorded[AnyEvent]], room: str) -> list[Recorded[AnyEvent]]:
    return [fact for fact in facts if room in (fact.envelope.aggregate.scope, fact.envelope.roomid)]
