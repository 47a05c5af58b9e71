"""One room as its facts tell it: who sits, what is connected, what is on air. Three tables, one for each owner.

What services decide by, each folds for itself; this is what a reader sees, and tests/replay holds it equal to theirs.
A whole log goes through here, so a room is changed where it is: making it anew costs four times what reading the fact
does. Facts that are said often stand first in their table.
"""

from typing import TypeAlias

import msgspec

from .ids import PersonId, SourceId
from .media import (
    DeadAirDetected,
    DeadAirEnded,
    MediaEvent,
    MixStarted,
    MixStopped,
    SourceConnected,
    SourceDisconnected,
    SourceRegistered,
    SpeakingStarted,
    SpeakingStopped,
    StreamReady,
    TrackStarted,
)
from .presence import AudienceMeasured, PresenceEvent, SpeakerJoined, SpeakerLeft
from .rooms import (
    HandLowered,
    HandRaised,
    InvitationWithdrawn,
    RoomEnded,
    RoomEvent,
    RoomOpened,
    Seat,
    SpeakerAdmitted,
    SpeakerInvited,
    SpeakerLeftStage,
    SpeakerMuted,
    SpeakerUnmuted,
    WentLive,
)

RoomFact: TypeAlias = RoomEvent | PresenceEvent | MediaEvent

PLACE_KEPT = ("timeout", "replaced", "taken-over")
"""Why a source may be disconnected and come back without being registered again."""


class Place(msgspec.Struct, gc=False):
    """One taken seat."""

    seat: Seat
    muted: bool = False


class RoomFold(msgspec.Struct):
    """A room after some facts. `stage` and `hands` keep their order; `ready` is what StreamReady was said for."""

    status: str = "unknown"
    opened: RoomOpened | None = None
    stage: dict[PersonId, Place] = {}
    invited: set[PersonId] = set()
    hands: dict[PersonId, None] = {}
    present: set[PersonId] = set()
    listeners: int = 0
    registered: dict[SourceId, SourceRegistered] = {}
    connected: dict[SourceId, SourceConnected] = {}
    speaking: set[tuple[PersonId, SourceId]] = set()
    epoch: int = 0
    mixing: bool = False
    ready: set[tuple[str, int]] = set()
    track: TrackStarted | None = None
    dead_air: bool = False
    revision: int = 0

    @property
    def renditions(self) -> tuple[str, ...]:
        """What listeners can get in this epoch."""
        return tuple(sorted(rendition for rendition, epoch in self.ready if epoch == self.epoch))


def take_room(room: RoomFold, event: RoomEvent) -> None:  # noqa: C901 - a table: one case per fact
    """Change the room as the rooms service said. Never refuses: it has already happened."""
    match event:
        case SpeakerMuted():
            _mute(room, event.person, muted=True)
        case SpeakerUnmuted():
            _mute(room, event.person, muted=False)
        case SpeakerAdmitted():
            muted = event.person in room.stage and room.stage[event.person].muted
            room.stage[event.person] = Place(event.seat, muted)
            room.invited.discard(event.person)
            room.hands.pop(event.person, None)
        case SpeakerLeftStage():
            room.stage.pop(event.person, None)
        case SpeakerInvited():
            room.invited.add(event.person)
        case InvitationWithdrawn():
            room.invited.discard(event.person)
        case HandRaised():
            room.hands.setdefault(event.person)
        case HandLowered():
            room.hands.pop(event.person, None)
        case RoomOpened():
            room.status, room.opened = "open", event
            room.stage, room.invited, room.hands = {event.host: Place(Seat.HOST)}, set(), {}
        case WentLive():
            room.status = "live"
        case RoomEnded():
            room.status = "ended"
            room.stage, room.invited, room.hands = {}, set(), {}


def take_presence(room: RoomFold, event: PresenceEvent) -> None:
    """Change the room as presence said."""
    match event:
        case AudienceMeasured():
            room.listeners = event.listeners
        case SpeakerJoined():
            room.present.add(event.person)
        case SpeakerLeft():
            room.present.discard(event.person)


def take_media(room: RoomFold, event: MediaEvent) -> None:  # noqa: C901 - a table: one case per fact
    """Change the room as the mixer said. A lower epoch is void."""
    match event:
        case SpeakingStarted():
            room.speaking.add((event.person, event.source))
        case SpeakingStopped():
            room.speaking.discard((event.person, event.source))
        case SourceRegistered():
            room.registered[event.source] = event
        case SourceConnected():
            room.connected[event.source] = event
        case SourceDisconnected():
            room.connected.pop(event.source, None)
            if event.reason not in PLACE_KEPT:
                room.registered.pop(event.source, None)
        case TrackStarted():
            room.track = event
        case StreamReady():
            room.ready.add((event.rendition, event.epoch))
        case MixStarted():
            room.epoch, room.mixing = max(room.epoch, event.epoch), True
        case MixStopped():
            room.mixing = room.mixing and event.epoch < room.epoch
        case DeadAirDetected():
            room.dead_air = True
        case DeadAirEnded():
            room.dead_air = False


def _mute(room: RoomFold, person: PersonId, *, muted: bool) -> None:
    place = room.stage.get(person)
    if place is not None:
        place.muted = muted
