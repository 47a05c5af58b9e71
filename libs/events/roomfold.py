"""One room as its facts tell it: who sits, what is connected, what is on air. Three tables, one for each owner. Pure.

What services decide by, each folds for itself; this is what a reader sees, and tests/replay holds it equal to theirs.
"""

from typing import TypeAlias, TypeVar

import msgspec
from msgspec.structs import replace

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

PLACE_KEPT = ("timeout", "replaced")
"""Why a source may be disconnected and come back without being registered again."""


class Place(msgspec.Struct, frozen=True):
    """One taken seat."""

    seat: Seat
    muted: bool = False


class RoomFold(msgspec.Struct, frozen=True):
    """A room after some facts. `stage` and `hands` keep their order; `ready` is what StreamReady was said for."""

    status: str = "unknown"
    opened: RoomOpened | None = None
    stage: dict[PersonId, Place] = {}
    invited: frozenset[PersonId] = frozenset()
    hands: tuple[PersonId, ...] = ()
    present: frozenset[PersonId] = frozenset()
    listeners: int = 0
    registered: dict[SourceId, SourceRegistered] = {}
    connected: dict[SourceId, SourceConnected] = {}
    speaking: frozenset[tuple[PersonId, SourceId]] = frozenset()
    epoch: int = 0
    mixing: bool = False
    ready: frozenset[tuple[str, int]] = frozenset()
    track: TrackStarted | None = None
    dead_air: bool = False

    @property
    def renditions(self) -> tuple[str, ...]:
        """What listeners can get in this epoch."""
        return tuple(sorted(rendition for rendition, epoch in self.ready if epoch == self.epoch))


def evolve_room(room: RoomFold, event: RoomEvent) -> RoomFold:  # noqa: C901, PLR0911 - a table: one case per fact
    """The room after what the rooms service said. Never refuses: it has already happened."""
    match event:
        case RoomOpened():
            stage = {event.host: Place(Seat.HOST)}
            return replace(room, status="open", opened=event, stage=stage, invited=frozenset(), hands=())
        case WentLive():
            return replace(room, status="live")
        case SpeakerInvited():
            return replace(room, invited=room.invited | {event.person})
        case InvitationWithdrawn():
            return replace(room, invited=room.invited - {event.person})
        case HandRaised():
            return room if event.person in room.hands else replace(room, hands=(*room.hands, event.person))
        case HandLowered():
            return replace(room, hands=_lowered(room.hands, event.person))
        case SpeakerAdmitted():
            muted = event.person in room.stage and room.stage[event.person].muted
            stage = {**room.stage, event.person: Place(event.seat, muted)}
            hands = _lowered(room.hands, event.person)
            return replace(room, stage=stage, invited=room.invited - {event.person}, hands=hands)
        case SpeakerMuted():
            return _muted(room, event.person, muted=True)
        case SpeakerUnmuted():
            return _muted(room, event.person, muted=False)
        case SpeakerLeftStage():
            return replace(room, stage=_without(room.stage, event.person))
        case RoomEnded():
            return replace(room, status="ended", stage={}, invited=frozenset(), hands=())


def evolve_presence(room: RoomFold, event: PresenceEvent) -> RoomFold:
    """The room after what presence said."""
    match event:
        case SpeakerJoined():
            return replace(room, present=room.present | {event.person})
        case SpeakerLeft():
            return replace(room, present=room.present - {event.person})
        case AudienceMeasured():
            return replace(room, listeners=event.listeners)


def evolve_media(room: RoomFold, event: MediaEvent) -> RoomFold:  # noqa: C901, PLR0911 - a table: one case per fact
    """The room after what the mixer said. A lower epoch is void."""
    match event:
        case SourceRegistered():
            return replace(room, registered={**room.registered, event.source: event})
        case SourceConnected():
            return replace(room, connected={**room.connected, event.source: event})
        case SourceDisconnected():
            kept = event.reason in PLACE_KEPT
            registered = room.registered if kept else _without(room.registered, event.source)
            return replace(room, registered=registered, connected=_without(room.connected, event.source))
        case SpeakingStarted():
            return replace(room, speaking=room.speaking | {(event.person, event.source)})
        case SpeakingStopped():
            return replace(room, speaking=room.speaking - {(event.person, event.source)})
        case MixStarted():
            return replace(room, epoch=max(room.epoch, event.epoch), mixing=True)
        case MixStopped():
            return replace(room, mixing=room.mixing and event.epoch < room.epoch)
        case StreamReady():
            return replace(room, ready=room.ready | {(event.rendition, event.epoch)})
        case TrackStarted():
            return replace(room, track=event)
        case DeadAirDetected():
            return replace(room, dead_air=True)
        case DeadAirEnded():
            return replace(room, dead_air=False)


def _muted(room: RoomFold, person: PersonId, *, muted: bool) -> RoomFold:
    place = room.stage.get(person)
    if place is None:
        return room
    return replace(room, stage={**room.stage, person: Place(place.seat, muted)})


def _lowered(hands: tuple[PersonId, ...], person: PersonId) -> tuple[PersonId, ...]:
    return tuple(one for one in hands if one != person)


K = TypeVar("K")
V = TypeVar("V")


def _without(rows: dict[K, V], gone: K) -> dict[K, V]:
    return {key: value for key, value in rows.items() if key != gone}
