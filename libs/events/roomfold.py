"""One room as its facts tell it: who sits, what is connected, what is on air. Three tables, one for each owner.

What services decide by, each folds for itself; this is what a reader sees, and tests/replay holds it equal to theirs.
A whole log goes through here, so a room is changed where it is, and what to do is looked up by class: a `match` asks
each class in turn, and asking one of msgspec's takes longer than decoding a field. Nothing refuses: it has happened.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

import msgspec

from .event import Event
from .ids import PersonId, SourceId
from .media import (
    DeadAirDetected,
    DeadAirEnded,
    EvidenceFrozen,
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
from .presence import AudienceMeasured, SpeakerJoined, SpeakerLeft
from .rooms import (
    HandLowered,
    HandRaised,
    InvitationWithdrawn,
    RoomEnded,
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


def opened(room: RoomFold, event: RoomOpened) -> None:
    """The host sits on the stage."""
    room.status, room.opened = "open", event
    room.stage, room.invited, room.hands = {event.host: Place(Seat.HOST)}, set(), {}


def went_live(room: RoomFold, _: WentLive) -> None:
    """On air."""
    room.status = "live"


def tuned(_room: RoomFold, _event: RoomTuned) -> None:
    """How loud it is made is its mixer's business."""


def ended(room: RoomFold, _: RoomEnded) -> None:
    """Over, and the stage empty."""
    room.status = "ended"
    room.stage, room.invited, room.hands = {}, set(), {}


def invited(room: RoomFold, event: SpeakerInvited) -> None:
    """Asked onto the stage."""
    room.invited.add(event.person)


def not_invited(room: RoomFold, event: InvitationWithdrawn) -> None:
    """Asked no longer."""
    room.invited.discard(event.person)


def raised(room: RoomFold, event: HandRaised) -> None:
    """A second time keeps the first one's place."""
    room.hands.setdefault(event.person)


def lowered(room: RoomFold, event: HandLowered) -> None:
    """Answered, or taken back."""
    room.hands.pop(event.person, None)


def admitted(room: RoomFold, event: SpeakerAdmitted) -> None:
    """A seat; who had one before stays muted."""
    muted = event.person in room.stage and room.stage[event.person].muted
    room.stage[event.person] = Place(event.seat, muted)
    room.invited.discard(event.person)
    room.hands.pop(event.person, None)


def left_stage(room: RoomFold, event: SpeakerLeftStage) -> None:
    """The seat is empty."""
    room.stage.pop(event.person, None)


def muted(room: RoomFold, event: SpeakerMuted) -> None:
    """Of no meaning for somebody without a seat."""
    if event.person in room.stage:
        room.stage[event.person].muted = True


def unmuted(room: RoomFold, event: SpeakerUnmuted) -> None:
    """As muted."""
    if event.person in room.stage:
        room.stage[event.person].muted = False


def present(room: RoomFold, event: SpeakerJoined) -> None:
    """Can be heard."""
    room.present.add(event.person)


def absent(room: RoomFold, event: SpeakerLeft) -> None:
    """Can't be heard."""
    room.present.discard(event.person)


def measured(room: RoomFold, event: AudienceMeasured) -> None:
    """How many listen."""
    room.listeners = event.listeners


def registered(room: RoomFold, event: SourceRegistered) -> None:
    """A source has a place."""
    room.registered[event.source] = event


def connected(room: RoomFold, event: SourceConnected) -> None:
    """A source sends."""
    room.connected[event.source] = event


def disconnected(room: RoomFold, event: SourceDisconnected) -> None:
    """It sends no longer; its place is kept for some reasons."""
    room.connected.pop(event.source, None)
    if event.reason not in PLACE_KEPT:
        room.registered.pop(event.source, None)


def told(_room: RoomFold, _event: SourceMisbehaved | SourceStalled | EvidenceFrozen) -> None:
    """Told to people; the room is as it was."""


def speaks(room: RoomFold, event: SpeakingStarted) -> None:
    """Somebody speaks."""
    room.speaking.add((event.person, event.source))


def is_silent(room: RoomFold, event: SpeakingStopped) -> None:
    """And stops."""
    room.speaking.discard((event.person, event.source))


def mixes(room: RoomFold, event: MixStarted) -> None:
    """A lower epoch is void."""
    room.epoch, room.mixing = max(room.epoch, event.epoch), True


def mixes_no_more(room: RoomFold, event: MixStopped) -> None:
    """Unless a higher epoch has taken over."""
    room.mixing = room.mixing and event.epoch < room.epoch


def ready(room: RoomFold, event: StreamReady) -> None:
    """Something to listen to."""
    room.ready.add((event.rendition, event.epoch))


def plays(room: RoomFold, event: TrackStarted) -> None:
    """The track on air."""
    room.track = event


def falls_silent(room: RoomFold, _: DeadAirDetected) -> None:
    """Dead air."""
    room.dead_air = True


def sounds_again(room: RoomFold, _: DeadAirEnded) -> None:
    """No dead air."""
    room.dead_air = False


Take: TypeAlias = Callable[[RoomFold, Any], None]

ROOMS: dict[type[Event], Take] = {
    RoomOpened: opened,
    WentLive: went_live,
    RoomTuned: tuned,
    SpeakerInvited: invited,
    InvitationWithdrawn: not_invited,
    HandRaised: raised,
    HandLowered: lowered,
    SpeakerAdmitted: admitted,
    SpeakerMuted: muted,
    SpeakerUnmuted: unmuted,
    SpeakerLeftStage: left_stage,
    RoomEnded: ended,
}
"""What the rooms service says; the revision of a room counts these."""
PRESENCE: dict[type[Event], Take] = {SpeakerJoined: present, SpeakerLeft: absent, AudienceMeasured: measured}
MEDIA: dict[type[Event], Take] = {
    SourceRegistered: registered,
    SourceConnected: connected,
    SourceDisconnected: disconnected,
    SourceMisbehaved: told,
    SourceStalled: told,
    SpeakingStarted: speaks,
    SpeakingStopped: is_silent,
    MixStarted: mixes,
    MixStopped: mixes_no_more,
    StreamReady: ready,
    TrackStarted: plays,
    DeadAirDetected: falls_silent,
    DeadAirEnded: sounds_again,
    EvidenceFrozen: told,
}
