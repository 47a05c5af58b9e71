"""Facts that the media service owns: sources, the mix, what is on air."""

from enum import StrEnum
from typing import ClassVar, TypeAlias

from .event import Audience, Event
from .ids import EvidenceId, Milliseconds, PersonId, RoomId, Samples, SourceId
from .text import FreeText, Handle, Route, Term


class Transport(StrEnum):
    """How a source's sound comes in."""

    RTP = "rtp"
    FILE = "file"
    WEBRTC = "webrtc"
    ICECAST = "icecast"


class SourceRegistered(Event, frozen=True, kw_only=True):
    """A sender was promised a place: sound with this SSRC is taken from now on (RFC 3550 section 3). `listens`: what
    the person should hear goes back to where it comes from. `noise_suppression`: steady noise is taken out of it.
    """

    tag: ClassVar = "media.source-registered.v1"
    audience: ClassVar = Audience.STAFF

    room: RoomId
    source: SourceId
    person: PersonId
    name: FreeText
    transport: Transport
    ssrc: int
    listens: bool = False
    noise_suppression: bool = False


class SourceConnected(Event, frozen=True, kw_only=True):
    """The first decodable packet of an admitted source is here."""

    tag: ClassVar = "media.source-connected.v1"
    audience: ClassVar = Audience.STAGE

    room: RoomId
    source: SourceId
    person: PersonId
    transport: Transport


class SourceStalled(Event, frozen=True, kw_only=True):
    """Nothing has come from a connected source for a second; four more, and it is disconnected."""

    tag: ClassVar = "media.source-stalled.v1"
    audience: ClassVar = Audience.STAGE

    room: RoomId
    source: SourceId
    person: PersonId


class SourceDisconnected(Event, frozen=True, kw_only=True):
    """Nothing has come from the source for a while, or it was closed; `reason` is a slug. `ssrc`: of the place that is
    given up with it; a newer place of this source stays.
    """

    tag: ClassVar = "media.source-disconnected.v1"
    audience: ClassVar = Audience.STAGE

    room: RoomId
    source: SourceId
    person: PersonId
    reason: Term
    ssrc: int | None = None


class SourceMisbehaved(Event, frozen=True, kw_only=True):
    """A source sends what no encoder in order sends; it was contained, and nobody else's sound suffers. `reason` is a
    slug: `floods`, `sequence-jumps`, `timestamps-go-back`, `ssrc-changes`, `nothing-but-dtx`, `full-scale`.
    """

    tag: ClassVar = "media.source-misbehaved.v1"
    audience: ClassVar = Audience.STAFF

    room: RoomId
    source: SourceId
    person: PersonId
    reason: Term


class SpeakingStarted(Event, frozen=True, kw_only=True):
    """A person's sound rose above the talk threshold and is heard on the programme."""

    tag: ClassVar = "media.speaking-started.v1"
    audience: ClassVar = Audience.PUBLIC

    room: RoomId
    person: PersonId
    source: SourceId


class SpeakingStopped(Event, frozen=True, kw_only=True):
    """A person has been quiet for the hold time, or was muted."""

    tag: ClassVar = "media.speaking-stopped.v1"
    audience: ClassVar = Audience.PUBLIC

    room: RoomId
    person: PersonId
    source: SourceId


class MixStarted(Event, frozen=True, kw_only=True):
    """A mixer owns the room in this epoch; lower epochs are void. `first` is the first sample it makes."""

    tag: ClassVar = "media.mix-started.v1"
    audience: ClassVar = Audience.PUBLIC

    room: RoomId
    epoch: int
    first: Samples


class MixStopped(Event, frozen=True, kw_only=True):
    """The mixer let go of the room; `last` is the sample after the last one it made."""

    tag: ClassVar = "media.mix-stopped.v1"
    audience: ClassVar = Audience.STAFF

    room: RoomId
    epoch: int
    last: Samples


class StreamReady(Event, frozen=True, kw_only=True):
    """The first segment of a rendition is on air in this epoch; `path` is where listeners get it."""

    tag: ClassVar = "media.stream-ready.v1"
    audience: ClassVar = Audience.PUBLIC

    room: RoomId
    rendition: Term
    epoch: int
    path: Route
    codec: Term
    bitrate: int
    latency: Milliseconds


class TrackStarted(Event, frozen=True, kw_only=True):
    """A recording began to play on the programme."""

    tag: ClassVar = "media.track-started.v1"
    audience: ClassVar = Audience.PUBLIC

    room: RoomId
    title: FreeText
    artist: FreeText = ""


class DeadAirDetected(Event, frozen=True, kw_only=True):
    """The programme's own samples stayed below the floor for `after`."""

    tag: ClassVar = "media.dead-air-detected.v1"
    audience: ClassVar = Audience.STAFF

    room: RoomId
    after: Milliseconds


class DeadAirEnded(Event, frozen=True, kw_only=True):
    """There is sound on the programme again."""

    tag: ClassVar = "media.dead-air-ended.v1"
    audience: ClassVar = Audience.STAFF

    room: RoomId


class EvidenceFrozen(Event, frozen=True, kw_only=True):
    """The last minutes of a room, from `begin` to `end`, lie in a folder of this name at the mixer that had the room.
    `sha256` is of the folder's manifest, which has the SHA-256 of every file; `by` is who asked for it.
    """

    tag: ClassVar = "media.evidence-frozen.v1"
    audience: ClassVar = Audience.STAFF

    room: RoomId
    evidence: EvidenceId
    sha256: Handle
    begin: Samples
    end: Samples
    by: PersonId


MediaEvent: TypeAlias = (
    SourceRegistered
    | SourceConnected
    | SourceStalled
    | SourceDisconnected
    | SourceMisbehaved
    | SpeakingStarted
    | SpeakingStopped
    | MixStarted
    | MixStopped
    | StreamReady
    | TrackStarted
    | DeadAirDetected
    | DeadAirEnded
    | EvidenceFrozen
)
