"""Who is who in the stories about rooms: ANA hosts, BEN and CAI come and go, DEE only listens."""

from libs.events.decider import Decider
from libs.events.ids import PersonId, RoomId
from libs.events.rooms import (
    InvitationWithdrawn,
    RoomEnded,
    RoomEvent,
    RoomKind,
    RoomOpened,
    Seat,
    SpeakerAdmitted,
    SpeakerInvited,
    SpeakerLeftStage,
    SpeakerMuted,
    SpeakerUnmuted,
    WentLive,
)
from libs.events.testing.story import Story
from services.rooms.commands import Ask, AskRoom, RoomVerb
from services.rooms.decide import decide
from services.rooms.state import Room, evolve

JAZZ = RoomId("jazzjazzjazz")
ANA = PersonId("anaanaanaana")
BEN = PersonId("benbenbenben")
CAI = PersonId("caicaicaicai")
DEE = PersonId("deedeedeedee")

rooms: Decider[AskRoom, Room, RoomEvent] = Decider(decide, evolve, Room())
room = Story(rooms)


def asks(person: PersonId, what: RoomVerb) -> AskRoom:
    """`person` asks something about the jazz room."""
    return Ask(by=person, of=JAZZ, what=what)


opened = RoomOpened(room=JAZZ, title="Jazz at night", aliases=("jazz",), kind=RoomKind.OPEN, host=ANA)
live = WentLive(room=JAZZ)
ended = RoomEnded(room=JAZZ, by=ANA)


def invited(person: PersonId, by: PersonId = ANA) -> SpeakerInvited:
    return SpeakerInvited(room=JAZZ, person=person, by=by)


def withdrawn(person: PersonId, by: PersonId = ANA) -> InvitationWithdrawn:
    return InvitationWithdrawn(room=JAZZ, person=person, by=by)


def seated(person: PersonId, seat: Seat = Seat.SPEAKER, by: PersonId = ANA) -> SpeakerAdmitted:
    return SpeakerAdmitted(room=JAZZ, person=person, seat=seat, by=by)


def muted(person: PersonId, by: PersonId = ANA) -> SpeakerMuted:
    return SpeakerMuted(room=JAZZ, person=person, by=by)


def unmuted(person: PersonId) -> SpeakerUnmuted:
    return SpeakerUnmuted(room=JAZZ, person=person)


def gone(person: PersonId, by: PersonId = ANA) -> SpeakerLeftStage:
    return SpeakerLeftStage(room=JAZZ, person=person, by=by)
