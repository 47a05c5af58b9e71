"""One room as the mixer must know it: a fold of what rooms and media have said. Pure."""

from enum import StrEnum

import msgspec

from libs.events.ids import Lufs, PersonId, RoomId, SourceId
from libs.events.media import (
    DeadAirDetected,
    DeadAirEnded,
    EvidenceFrozen,
    MediaEvent,
    MixStarted,
    MixStopped,
    SourceConnected,
    SourceDisconnected,
    SourceMisbehaved,
    SourceRegistered,
    SourceStalled,
    SpeakingStarted,
    SpeakingStopped,
    StreamReady,
    TrackStarted,
)
from libs.events.rooms import (
    HandLowered,
    HandRaised,
    InvitationWithdrawn,
    RoomEnded,
    RoomEvent,
    RoomOpened,
    RoomTuned,
    SpeakerAdmitted,
    SpeakerInvited,
    SpeakerLeftStage,
    SpeakerMuted,
    SpeakerUnmuted,
    WentLive,
)
from services.media import seating


class Gone(StrEnum):
    """Why a source is disconnected."""

    TIMEOUT = "timeout"
    """Nothing came for 5 s. The place is kept: the sender may go on."""
    REPLACED = "replaced"
    """Registered again: the place has another SSRC."""
    TAKEN_OVER = "taken-over"
    """Another mixer has the room now. The place is kept there; register again to learn where that is."""
    EXPIRED = "expired"
    CLOSED = "closed"
    """The sender said that it is over."""
    LEFT_STAGE = "left-stage"
    ROOM_ENDED = "room-ended"


class Status(StrEnum):
    UNKNOWN = "unknown"
    OPEN = "open"
    LIVE = "live"
    ENDED = "ended"


class Stage(msgspec.Struct, frozen=True):
    """Who may be heard, what may come in, and how far the mix has come. `ready` is what StreamReady was said for,
    `seats` are those of seating.py.
    """

    status: Status = Status.UNKNOWN
    opened: RoomOpened | None = None
    seated: frozenset[PersonId] = frozenset()
    muted: frozenset[PersonId] = frozenset()
    sources: dict[SourceId, SourceRegistered] = {}
    connected: frozenset[SourceId] = frozenset()
    talking: frozenset[SourceId] = frozenset()
    epoch: int = 0
    mixing: bool = False
    ready: frozenset[tuple[str, int]] = frozenset()
    loudness: Lufs | None = None
    own_mixes: int | None = None
    seats: dict[PersonId, int] = {}

    @property
    def open(self) -> bool:
        """True from RoomOpened to RoomEnded."""
        return self.status in (Status.OPEN, Status.LIVE)

    @property
    def room(self) -> RoomId:
        """The room's id; only asked of a room that was opened."""
        if self.opened is None:
            raise ValueError("nobody opened this room")
        return self.opened.room

    @property
    def automated(self) -> bool:
        """True when something plays when nobody speaks."""
        return self.opened is not None and self.opened.automation is not None

    @property
    def concert(self) -> bool:
        """True when it is heard in stereo, and as it comes."""
        return self.opened is not None and self.opened.concert


def evolve(stage: Stage, event: RoomEvent | MediaEvent) -> Stage:  # noqa: C901, PLR0911, PLR0912  # a table
    """The room after `event`."""
    replace = msgspec.structs.replace
    match event:
        case RoomOpened():
            tuned = _tuned(stage, event)
            seats = {event.host: seating.HOSTS}
            return replace(tuned, status=Status.OPEN, opened=event, seated=frozenset(seats), seats=seats)
        case RoomTuned():
            return _tuned(stage, event)
        case WentLive():
            return replace(stage, status=Status.LIVE)
        case SpeakerAdmitted():
            seats = seating.taken(stage.seats, event.person)
            return replace(stage, seated=stage.seated | {event.person}, seats=seats)
        case SpeakerMuted():
            return replace(stage, muted=stage.muted | {event.person})
        case SpeakerUnmuted():
            return replace(stage, muted=stage.muted - {event.person})
        case SpeakerLeftStage():
            seated, muted = stage.seated - {event.person}, stage.muted - {event.person}
            return replace(stage, seated=seated, muted=muted, seats=seating.left(stage.seats, event.person))
        case RoomEnded():
            return replace(stage, status=Status.ENDED, seated=frozenset(), muted=frozenset(), seats={})
        case SourceRegistered():
            return replace(stage, sources=stage.sources | {event.source: event})
        case SourceConnected():
            return replace(stage, connected=stage.connected | {event.source})
        case SourceDisconnected():
            return _without(stage, event)
        case MixStarted():
            return replace(stage, epoch=max(stage.epoch, event.epoch), mixing=True)
        case MixStopped():
            return replace(stage, mixing=stage.mixing and event.epoch < stage.epoch)
        case StreamReady():
            return replace(stage, ready=stage.ready | {(event.rendition, event.epoch)})
        case SpeakingStarted():
            return replace(stage, talking=stage.talking | {event.source})
        case SpeakingStopped():
            return replace(stage, talking=stage.talking - {event.source})
        case SpeakerInvited() | InvitationWithdrawn() | SourceMisbehaved() | EvidenceFrozen():
            return stage
        case HandRaised() | HandLowered() | TrackStarted() | SourceStalled() | DeadAirDetected() | DeadAirEnded():
            return stage


def _tuned(stage: Stage, event: RoomOpened | RoomTuned) -> Stage:
    return msgspec.structs.replace(stage, loudness=event.loudness, own_mixes=event.own_mixes)


def _without(stage: Stage, event: SourceDisconnected) -> Stage:
    kept = stage.sources
    if event.reason not in (Gone.TIMEOUT, Gone.REPLACED, Gone.TAKEN_OVER):
        kept = {
            source: one for source, one in kept.items() if source != event.source or event.ssrc not in (None, one.ssrc)
        }
    return msgspec.structs.replace(stage, sources=kept, connected=stage.connected - {event.source})
