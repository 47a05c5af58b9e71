"""Every rule about what media may say. Pure: no clock, no I/O, no logging."""

from collections.abc import Callable, Container
from hashlib import sha256
from itertools import count

import msgspec

from libs.events.ids import RoomId, SourceId
from libs.events.media import (
    DeadAirDetected,
    DeadAirEnded,
    EvidenceFrozen,
    MediaEvent,
    MixStarted,
    MixStopped,
    SourceStalled,
    StreamReady,
    TrackStarted,
)
from libs.events.rooms import RoomOpened
from libs.events.subjects import Aggregate, room
from services.media.errors import (
    NoiseStaysInConcerts,
    NoSuchRoom,
    NotSeated,
    NotTheHost,
    NotYourSource,
    RoomIsOver,
)
from services.media.evidence_asked import evidence_aggregate
from services.media.registration import RegisterSource
from services.media.state import Stage, Status


class Said(msgspec.Struct, frozen=True):
    """What was last said about one source, mix or output, in the words of `words`, and which renditions are known to be
    ready.
    """

    last: str | None = None
    epoch: int = 0
    ready: frozenset[tuple[str, int]] = frozenset()


def said(before: Said, event: MediaEvent) -> Said:
    """The fold of every media aggregate."""
    if isinstance(event, StreamReady):
        return msgspec.structs.replace(before, last=words(event), ready=before.ready | {(event.rendition, event.epoch)})
    if isinstance(event, MixStarted):
        return msgspec.structs.replace(before, last=words(event), epoch=event.epoch)
    return msgspec.structs.replace(before, last=words(event))


def words(event: MediaEvent) -> str:
    """A fact as it is written down: a snapshot can't tell facts of different classes apart by their fields."""
    return f"{event.tag} {msgspec.json.encode(event).decode()}"


def say(event: MediaEvent) -> Callable[[Said], list[MediaEvent]]:
    """The decision to say something that happened: never twice in a row, readiness once per epoch, epochs only up: what
    a mixer that has lost the room says of its epoch is refused here, by the log itself.
    """

    def decide(before: Said) -> list[MediaEvent]:
        match event:
            case StreamReady():
                newest = max((epoch for _, epoch in before.ready), default=0)
                known = (event.rendition, event.epoch) in before.ready or event.epoch < newest
            case MixStarted():
                known = event.epoch <= before.epoch
            case MixStopped():
                known = event.epoch < before.epoch or words(event) == before.last
            case TrackStarted() | SourceStalled():
                known = False
            case _:
                known = words(event) == before.last
        return [] if known else [event]

    return decide


def place(event: MediaEvent) -> Aggregate:
    """Which aggregate a fact is about: a source, or the room's mix or output."""
    match event:
        case MixStarted() | MixStopped() | DeadAirDetected() | DeadAirEnded():
            return room(event.room, "media", "mix")
        case StreamReady() | TrackStarted():
            return room(event.room, "media", "output")
        case EvidenceFrozen():
            return evidence_aggregate(event.room, event.evidence)
        case _:
            return source(event.room, event.source)


def source(room_id: RoomId, source_id: SourceId) -> Aggregate:
    """The aggregate of one source."""
    return Aggregate("media", room_id, "source", source_id)


def admit(what: RegisterSource, by: str, stage: Stage) -> None:
    """Raise the reason why this person's sender may have no place in the room."""
    opened = opened_of(stage, "takes sources")
    if by not in (what.person, opened.host):
        raise NotYourSource(f"{by} is neither {what.person} nor the host of {stage.room}")
    if what.person not in stage.seated:
        raise NotSeated(f"{what.person} has no seat on the stage of {stage.room}; admit them first")
    if what.noise_suppression and stage.concert:
        raise NoiseStaysInConcerts(
            f"{stage.room} is a concert, which is heard as it comes: send without noise suppression"
        )


def may_freeze(by: str, stage: Stage) -> None:
    """Raise the reason why this person may not have evidence frozen."""
    opened = opened_of(stage, "has evidence")
    if by != opened.host:
        raise NotTheHost(f"{by} does not host {stage.room}, {opened.host} does; evidence is the host's to ask for")


def frozen(state: Said) -> EvidenceFrozen | None:
    """What was said of evidence, out of its aggregate."""
    if state.last is None:
        return None
    return msgspec.json.decode(state.last.partition(" ")[2], type=EvidenceFrozen)


def opened_of(stage: Stage, does: str) -> RoomOpened:
    """How a room that goes on was opened. Raises NoSuchRoom or RoomIsOver; `does` is what only an open room does."""
    if stage.status is Status.UNKNOWN or stage.opened is None:
        raise NoSuchRoom("there is no such room")
    if stage.status is Status.ENDED:
        raise RoomIsOver(f"room {stage.room} has ended; only an open room {does}")
    return stage.opened


def ssrc(source_id: SourceId, command: str, taken: Container[int]) -> int:
    """The SSRC of a registration: the same for the same command, and nobody else's (RFC 3550 section 8)."""
    for attempt in count():
        value = int.from_bytes(sha256(f"{source_id}/{command}/{attempt}".encode()).digest()[:4], "big")
        if value and value not in taken:
            return value
    raise AssertionError("count() ended")
