"""Every rule of presence. Pure: `now` is an argument, so a grace time is arithmetic.

Speakers are exact and at once: joined with the first connected source, left GRACE after the last one is gone or the
seat is lost, and at once when the room ends. The crowd is counted and delayed: one figure a window, none while there
is nobody.
"""

import msgspec

from libs.events.ids import EventId, Milliseconds, RoomId
from libs.events.presence import AudienceMeasured, PresenceEvent, SpeakerJoined, SpeakerLeft
from services.presence.commands import Measure, Observe, PresenceVerb
from services.presence.floor import Floor, Moment
from services.presence.state import Attendance

WINDOW = Milliseconds(10_000)


def decide(ask: PresenceVerb, attendance: Attendance) -> list[PresenceEvent]:
    """What has to be said that was not said yet; sorted, so that every replica writes the same."""
    match ask:
        case Observe():
            joined = sorted(ask.heard - attendance.present)
            left = sorted(ask.gone & attendance.present)
            return [
                *(SpeakerJoined(room=ask.room, person=person) for person in joined),
                *(SpeakerLeft(room=ask.room, person=person) for person in left),
            ]
        case Measure():
            if ask.listeners == 0 and attendance.listeners == 0:
                return []
            return [AudienceMeasured(room=ask.room, listeners=ask.listeners, window=ask.window)]


class Turn(msgspec.Struct, frozen=True):
    """What one fact of others leads to, once it is due."""

    cause: Moment
    ask: Observe


def turns(room: RoomId, floor: Floor, attendance: Attendance, now: Milliseconds) -> list[Turn]:
    """What is due at `now` and was not said yet: one decision for each causing fact, the oldest cause first."""
    causes: dict[EventId, Moment] = {}
    asks: dict[EventId, Observe] = {}
    for person in floor.people:
        cause = floor.turned(person)
        ask = asks.get(cause.fact, Observe(room=room))
        if floor.hears(person) and person not in attendance.present:
            ask = msgspec.structs.replace(ask, heard=ask.heard | {person})
        elif person in attendance.present and not floor.hears(person) and floor.gone_at(person) <= now:
            ask = msgspec.structs.replace(ask, gone=ask.gone | {person})
        else:
            continue
        causes[cause.fact], asks[cause.fact] = cause, ask
    due = [Turn(cause, asks[fact]) for fact, cause in causes.items()]
    return sorted(due, key=lambda turn: (turn.cause.at, turn.cause.fact))


def deadline(floor: Floor, attendance: Attendance) -> Milliseconds | None:
    """When somebody who is still announced will count as gone, if nothing else happens."""
    waiting = [floor.gone_at(person) for person in attendance.present & set(floor.people) if not floor.hears(person)]
    return min(waiting, default=None)
