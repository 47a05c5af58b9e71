"""Who could be heard in a room, by what rooms and media say: a fold of their facts. Pure.

A person can be heard while they sit on the stage and a source of theirs is connected. Each time that turns, the fold
keeps when and through which fact: the grace time before somebody counts as gone runs from there, also over a restart,
and that fact is the cause of what presence writes, so that it never leads to the same thing twice.
"""

import msgspec

from libs.events.event import Event
from libs.events.ids import EventId, Milliseconds, PersonId, Samples, SourceId
from libs.events.media import SourceConnected, SourceDisconnected
from libs.events.rooms import (
    InvitationWithdrawn,
    RoomEnded,
    RoomKind,
    RoomOpened,
    Seat,
    SpeakerAdmitted,
    SpeakerInvited,
    SpeakerLeftStage,
)

GRACE = Milliseconds(5_000)


class Moment(msgspec.Struct, frozen=True):
    """When something happened and which fact says so, with the chain of causes and the trace that the fact is in."""

    fact: EventId
    at: Milliseconds
    mediatime: Samples | None = None
    correlationid: str = ""
    traceparent: str | None = None


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """One person in one room. `since` is the moment that last turned `heard` on or off."""

    seat: Seat | None = None
    sources: frozenset[SourceId] = frozenset()
    since: Moment

    @property
    def heard(self) -> bool:
        """True while they sit and something of theirs is connected."""
        return self.seat is not None and bool(self.sources)


class Floor(msgspec.Struct, frozen=True):
    """One room: everybody who ever sat or was connected, until nothing is left of them."""

    people: dict[PersonId, Standing] = {}
    ended: Moment | None = None
    kind: RoomKind = RoomKind.OPEN
    invited: frozenset[PersonId] = frozenset()

    def admits(self, person: str | None) -> bool:
        """True when this reader may know of the room."""
        if self.kind is RoomKind.OPEN:
            return True
        standing = None if person is None else self.people.get(PersonId(person))
        return person in self.invited or (standing is not None and standing.seat is not None)

    def hears(self, person: PersonId) -> bool:
        """True while the room goes on and they sit and are connected."""
        return self.ended is None and self.people[person].heard

    def turned(self, person: PersonId) -> Moment:
        """What last decided whether they are heard."""
        return self.ended or self.people[person].since

    def gone_at(self, person: PersonId) -> Milliseconds:
        """When somebody who is not heard counts as gone."""
        return self.ended.at if self.ended else Milliseconds(self.people[person].since.at + GRACE)

    def runs_stage(self, person: str | None) -> bool:
        """True for host and co-hosts."""
        standing = None if person is None else self.people.get(PersonId(person))
        return standing is not None and standing.seat in (Seat.HOST, Seat.COHOST)


def evolve_floor(floor: Floor, event: Event, moment: Moment) -> Floor:  # noqa: C901, PLR0911 - a table: one case per fact
    """The room after a fact of rooms or media; what says nothing about who can be heard changes nothing."""
    match event:
        case RoomOpened():
            return _seat(msgspec.structs.replace(floor, kind=event.kind), event.host, Seat.HOST, moment)
        case SpeakerInvited():
            return msgspec.structs.replace(floor, invited=floor.invited | {event.person})
        case InvitationWithdrawn():
            return msgspec.structs.replace(floor, invited=floor.invited - {event.person})
        case SpeakerAdmitted():
            accepted = msgspec.structs.replace(floor, invited=floor.invited - {event.person})
            return _seat(accepted, event.person, event.seat, moment)
        case SpeakerLeftStage():
            return _seat(floor, event.person, None, moment)
        case SourceConnected():
            standing = floor.people.get(event.person, Standing(since=moment))
            return _sources(floor, event.person, standing.sources | {event.source}, moment)
        case SourceDisconnected():
            standing = floor.people.get(event.person, Standing(since=moment))
            return _sources(floor, event.person, standing.sources - {event.source}, moment)
        case RoomEnded():
            return msgspec.structs.replace(floor, ended=moment)
        case _:
            return floor


def _seat(floor: Floor, person: PersonId, seat: Seat | None, moment: Moment) -> Floor:
    standing = floor.people.get(person, Standing(since=moment))
    return _stands(floor, person, msgspec.structs.replace(standing, seat=seat), moment)


def _sources(floor: Floor, person: PersonId, sources: frozenset[SourceId], moment: Moment) -> Floor:
    standing = floor.people.get(person, Standing(since=moment))
    return _stands(floor, person, msgspec.structs.replace(standing, sources=sources), moment)


def _stands(floor: Floor, person: PersonId, after: Standing, moment: Moment) -> Floor:
    before = floor.people.get(person)
    if before is not None and before.heard != after.heard:
        after = msgspec.structs.replace(after, since=moment)
    return msgspec.structs.replace(floor, people=floor.people | {person: after})
