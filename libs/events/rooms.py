"""Facts that the rooms service owns: who hosts, who sits on the stage, is it live."""

from enum import StrEnum
from typing import ClassVar, TypeAlias

from .event import Audience, Event
from .ids import Lufs, PersonId, ProgrammeId, RoomId
from .sealed import Sealed
from .text import FreeText, Language


class RoomKind(StrEnum):
    """Who may come in: anybody, or only the invited."""

    OPEN = "open"
    INVITED = "invited"


class Seat(StrEnum):
    """What somebody on the stage is there for."""

    HOST = "host"
    COHOST = "cohost"
    SPEAKER = "speaker"


class ProgrammeCreated(Event, frozen=True, kw_only=True):
    """A series exists. `automation` names the asset set that plays when nobody speaks, `aliases` are sayable names."""

    tag: ClassVar = "rooms.programme-created.v1"
    audience: ClassVar = Audience.PUBLIC

    programme: ProgrammeId
    title: FreeText
    aliases: tuple[FreeText, ...] = ()
    owner: PersonId
    automation: FreeText | None = None


class ProgrammeSwitchedOff(Event, frozen=True, kw_only=True):
    """The programme opens no further rooms by itself."""

    tag: ClassVar = "rooms.programme-switched-off.v1"
    audience: ClassVar = Audience.STAFF

    programme: ProgrammeId


class ProgrammeSwitchedOn(Event, frozen=True, kw_only=True):
    """The programme opens rooms by itself again."""

    tag: ClassVar = "rooms.programme-switched-on.v1"
    audience: ClassVar = Audience.STAFF

    programme: ProgrammeId


class RoomOpened(Event, frozen=True, kw_only=True):
    """A room is there and its media time is 0. The host sits on the stage; nothing is on air yet. A `concert` is heard
    in stereo, and as it comes. `loudness` is what its programme is brought to, `own_mixes` how many of its stage get a
    mix of their own; None leaves that to the mixer.
    """

    tag: ClassVar = "rooms.room-opened.v1"
    audience: ClassVar = Audience.PUBLIC

    room: RoomId
    title: FreeText
    aliases: tuple[FreeText, ...] = ()
    kind: RoomKind
    host: PersonId
    programme: ProgrammeId | None = None
    automation: FreeText | None = None
    language: Language = "en-US"
    concert: bool = False
    loudness: Lufs | None = None
    own_mixes: int | None = None


class WentLive(Event, frozen=True, kw_only=True):
    """The room is on air: listed, and heard by whoever tunes in."""

    tag: ClassVar = "rooms.went-live.v1"
    audience: ClassVar = Audience.PUBLIC

    room: RoomId


class RoomTuned(Event, frozen=True, kw_only=True):
    """From now on the programme is brought to this loudness, and so many of the stage get a mix of their own; None
    leaves that to the mixer. What RoomOpened said of it holds no longer.
    """

    tag: ClassVar = "rooms.room-tuned.v1"
    audience: ClassVar = Audience.PUBLIC

    room: RoomId
    loudness: Lufs | None = None
    own_mixes: int | None = None
    by: PersonId


class SpeakerInvited(Event, frozen=True, kw_only=True):
    """Somebody was asked onto the stage."""

    tag: ClassVar = "rooms.speaker-invited.v1"
    audience: ClassVar = Audience.STAFF

    room: RoomId
    person: PersonId
    by: PersonId


class InvitationWithdrawn(Event, frozen=True, kw_only=True):
    """The invitation holds no longer: declined, or (`by` differs) taken back."""

    tag: ClassVar = "rooms.invitation-withdrawn.v1"
    audience: ClassVar = Audience.STAFF

    room: RoomId
    person: PersonId
    by: PersonId


class HandRaised(Event, frozen=True, kw_only=True):
    """Somebody in the audience wants to speak, perhaps about something. Raised again, the latest topic counts and the
    place in the queue stays. A seat on the stage and the room's end lower the hand without another fact.
    """

    tag: ClassVar = "rooms.hand-raised.v1"
    audience: ClassVar = Audience.STAFF

    room: RoomId
    person: PersonId
    topic: Sealed | None = None


class HandLowered(Event, frozen=True, kw_only=True):
    """They want to speak no longer, or (`by` differs) were passed over."""

    tag: ClassVar = "rooms.hand-lowered.v1"
    audience: ClassVar = Audience.STAFF

    room: RoomId
    person: PersonId
    by: PersonId


class SpeakerAdmitted(Event, frozen=True, kw_only=True):
    """Somebody has a seat on the stage, so media takes their sound."""

    tag: ClassVar = "rooms.speaker-admitted.v1"
    audience: ClassVar = Audience.PUBLIC

    room: RoomId
    person: PersonId
    seat: Seat
    by: PersonId


class SpeakerMuted(Event, frozen=True, kw_only=True):
    """Their sound is left out of the programme. `by` is themselves or whoever runs the stage."""

    tag: ClassVar = "rooms.speaker-muted.v1"
    audience: ClassVar = Audience.PUBLIC

    room: RoomId
    person: PersonId
    by: PersonId


class SpeakerUnmuted(Event, frozen=True, kw_only=True):
    """They chose to be heard again."""

    tag: ClassVar = "rooms.speaker-unmuted.v1"
    audience: ClassVar = Audience.PUBLIC

    room: RoomId
    person: PersonId


class SpeakerLeftStage(Event, frozen=True, kw_only=True):
    """The seat is empty: they went, or (`by` differs) were moved to the audience."""

    tag: ClassVar = "rooms.speaker-left-stage.v1"
    audience: ClassVar = Audience.PUBLIC

    room: RoomId
    person: PersonId
    by: PersonId


class RoomEnded(Event, frozen=True, kw_only=True):
    """The room is over; its id is never used again."""

    tag: ClassVar = "rooms.room-ended.v1"
    audience: ClassVar = Audience.PUBLIC

    room: RoomId
    by: PersonId


class PersonRegistered(Event, frozen=True, kw_only=True):
    """Somebody signed in for the first time. The name is not here; it lies in `kept.people`."""

    tag: ClassVar = "rooms.person-registered.v1"
    audience: ClassVar = Audience.INTERNAL

    person: PersonId


class PersonForgotten(Event, frozen=True, kw_only=True):
    """Name, key and credentials of somebody are gone; what they said can't be opened any more. Their id is not used
    again: whoever signs in by the same name is a new person.
    """

    tag: ClassVar = "rooms.person-forgotten.v1"
    audience: ClassVar = Audience.INTERNAL

    person: PersonId


RoomEvent: TypeAlias = (
    RoomOpened
    | WentLive
    | RoomTuned
    | SpeakerInvited
    | InvitationWithdrawn
    | HandRaised
    | HandLowered
    | SpeakerAdmitted
    | SpeakerMuted
    | SpeakerUnmuted
    | SpeakerLeftStage
    | RoomEnded
)
ProgrammeEvent: TypeAlias = ProgrammeCreated | ProgrammeSwitchedOff | ProgrammeSwitchedOn
PersonEvent: TypeAlias = PersonRegistered | PersonForgotten
RoomsEvent: TypeAlias = RoomEvent | ProgrammeEvent | PersonEvent
