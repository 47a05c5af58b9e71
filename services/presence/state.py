"""What presence itself has said about a room: a fold of its own facts. Pure."""

import msgspec

from libs.events.ids import PersonId
from libs.events.presence import AudienceMeasured, PresenceEvent, SpeakerJoined, SpeakerLeft


class Attendance(msgspec.Struct, frozen=True):
    """The speakers that were announced and not yet said to be gone, and the last count of listeners."""

    present: frozenset[PersonId] = frozenset()
    listeners: int = 0


def evolve(attendance: Attendance, event: PresenceEvent) -> Attendance:
    """The attendance after `event`."""
    match event:
        case SpeakerJoined():
            return msgspec.structs.replace(attendance, present=attendance.present | {event.person})
        case SpeakerLeft():
            return msgspec.structs.replace(attendance, present=attendance.present - {event.person})
        case AudienceMeasured():
            return msgspec.structs.replace(attendance, listeners=event.listeners)
