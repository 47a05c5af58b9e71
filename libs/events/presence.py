"""Facts that the presence service owns: which speakers are connected, how many listen."""

from typing import ClassVar, TypeAlias

from .event import Audience, Event
from .ids import Milliseconds, PersonId, RoomId


class SpeakerJoined(Event, frozen=True, kw_only=True):
    """The first source of a seated person is connected: they can be heard."""

    tag: ClassVar = "presence.speaker-joined.v1"
    audience: ClassVar = Audience.PUBLIC

    room: RoomId
    person: PersonId


class SpeakerLeft(Event, frozen=True, kw_only=True):
    """The last source of a person has been gone for the grace time."""

    tag: ClassVar = "presence.speaker-left.v1"
    audience: ClassVar = Audience.PUBLIC

    room: RoomId
    person: PersonId


class AudienceMeasured(Event, frozen=True, kw_only=True):
    """How many distinct listeners there were at the end of this window, over all edges."""

    tag: ClassVar = "presence.audience-measured.v1"
    audience: ClassVar = Audience.STAFF

    room: RoomId
    listeners: int
    window: Milliseconds


PresenceEvent: TypeAlias = SpeakerJoined | SpeakerLeft | AudienceMeasured
