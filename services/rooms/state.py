"""What a room, a programme and a person are, as far as rules need to know: folds of their facts. Pure."""

from enum import StrEnum

import msgspec

from libs.events.ids import Lufs, PersonId, RoomId
from libs.events.rooms import (
    HandLowered,
    HandRaised,
    InvitationWithdrawn,
    PersonEvent,
    PersonForgotten,
    PersonRegistered,
    ProgrammeCreated,
    ProgrammeEvent,
    ProgrammeSwitchedOff,
    ProgrammeSwitchedOn,
    RoomEnded,
    RoomEvent,
    RoomKind,
    RoomOpened,
    RoomTuned,
    Seat,
    SpeakerAdmitted,
    SpeakerInvited,
    SpeakerLeftStage,
    SpeakerMuted,
    SpeakerUnmuted,
    WentLive,
)
from libs.events.sealed import Sealed


class Status(StrEnum):
    """A room goes through these in this order; a room that is open but not live is the green room."""

    UNKNOWN = "unknown"
    OPEN = "open"
    LIVE = "live"
    ENDED = "ended"


class Place(msgspec.Struct, frozen=True):
    """One taken seat; `muted` says whether its sound is left out, `muted_by` who saw to that last."""

    seat: Seat
    muted_by: PersonId | None = None

    @property
    def muted(self) -> bool:
        """True while their sound is left out."""
        return self.muted_by is not None


class Room(msgspec.Struct, frozen=True):
    """A room after some facts. `opened` is the fact that it began with; `stage` keeps the order of arrival, `hands`
    that of the queue, each with its topic.
    """

    status: Status = Status.UNKNOWN
    opened: RoomOpened | None = None
    stage: dict[PersonId, Place] = {}
    invited: frozenset[PersonId] = frozenset()
    hands: dict[PersonId, Sealed | None] = {}
    loudness: Lufs | None = None
    own_mixes: int | None = None

    @property
    def id(self) -> RoomId:
        """The room's id; only asked of a room that was opened."""
        return self.begun.room

    @property
    def host(self) -> PersonId:
        """Who opened the room, until its end and after; only asked of a room that was opened."""
        return self.begun.host

    @property
    def begun(self) -> RoomOpened:
        """The fact that it began with; only asked of a room that was opened."""
        if self.opened is None:
            raise ValueError("a rule asked about a room that nobody opened")
        return self.opened

    def seat(self, person: PersonId) -> Seat | None:
        """The seat this person has now."""
        place = self.stage.get(person)
        return None if place is None else place.seat

    def role(self, person: PersonId | None) -> str:
        """What somebody is in this room: their seat, `invited` or `listener`. Derived here, never sent."""
        seat = None if person is None else self.seat(person)
        if seat is not None:
            return seat.value
        return "invited" if person in self.invited else "listener"

    def runs_stage(self, person: PersonId) -> bool:
        """True for the host, also after the end, and for co-hosts; only asked of a room that was opened."""
        return person == self.host or self.seat(person) is Seat.COHOST

    def lets_in(self, person: PersonId | None) -> bool:
        """True when the room is open to them: open to all, or they are its host, seated or invited."""
        if self.opened is None or self.opened.kind is RoomKind.OPEN:
            return True
        return person is not None and (person == self.host or self.role(person) != "listener")


def evolve(room: Room, event: RoomEvent) -> Room:  # noqa: C901, PLR0911 - a table: one case per fact, one return each
    """The room after `event`. Never refuses: it has already happened."""
    match event:
        case RoomOpened():
            tuning = (event.loudness, event.own_mixes)
            return Room(Status.OPEN, event, {event.host: Place(Seat.HOST)}, frozenset(), {}, *tuning)
        case WentLive():
            return msgspec.structs.replace(room, status=Status.LIVE)
        case RoomTuned():
            return msgspec.structs.replace(room, loudness=event.loudness, own_mixes=event.own_mixes)
        case SpeakerInvited():
            return msgspec.structs.replace(room, invited=room.invited | {event.person})
        case InvitationWithdrawn():
            return msgspec.structs.replace(room, invited=room.invited - {event.person})
        case HandRaised():
            return msgspec.structs.replace(room, hands={**room.hands, event.person: event.topic})
        case HandLowered():
            return msgspec.structs.replace(room, hands=_lowered(room, event.person))
        case SpeakerAdmitted():
            muted_by = room.stage[event.person].muted_by if event.person in room.stage else None
            stage = room.stage | {event.person: Place(event.seat, muted_by)}
            invited, hands = room.invited - {event.person}, _lowered(room, event.person)
            return msgspec.structs.replace(room, stage=stage, invited=invited, hands=hands)
        case SpeakerMuted():
            return _placed(room, event.person, event.by)
        case SpeakerUnmuted():
            return _placed(room, event.person, None)
        case SpeakerLeftStage():
            stage = {person: place for person, place in room.stage.items() if person != event.person}
            return msgspec.structs.replace(room, stage=stage)
        case RoomEnded():
            return msgspec.structs.replace(room, status=Status.ENDED, stage={}, invited=frozenset(), hands={})


def _placed(room: Room, person: PersonId, muted_by: PersonId | None) -> Room:
    place = room.stage.get(person)
    if place is None:
        return room
    return msgspec.structs.replace(room, stage=room.stage | {person: Place(place.seat, muted_by)})


def _lowered(room: Room, person: PersonId) -> dict[PersonId, Sealed | None]:
    return {who: topic for who, topic in room.hands.items() if who != person}


class Programme(msgspec.Struct, frozen=True):
    """A series after some facts. Switched on, it may open rooms by itself."""

    created: ProgrammeCreated | None = None
    on: bool = False


def evolve_programme(programme: Programme, event: ProgrammeEvent) -> Programme:
    """The programme after `event`."""
    match event:
        case ProgrammeCreated():
            return Programme(event, on=True)
        case ProgrammeSwitchedOff():
            return msgspec.structs.replace(programme, on=False)
        case ProgrammeSwitchedOn():
            return msgspec.structs.replace(programme, on=True)


class Person(msgspec.Struct, frozen=True):
    """Somebody, as far as rules need to know: have they ever signed in, and were they forgotten since."""

    registered: bool = False
    forgotten: bool = False


def evolve_person(person: Person, event: PersonEvent) -> Person:
    """The person after `event`. Nobody comes back from having been forgotten."""
    match event:
        case PersonRegistered():
            return msgspec.structs.replace(person, registered=True)
        case PersonForgotten():
            return msgspec.structs.replace(person, forgotten=True)
