"""What is said often and kept by nobody: core NATS messages, msgpack, never part of the log.

Subjects are `tel.<what>.<room>` or `tel.<what>.<who>`; a lost message heals with the next, numbers are absolute.
"""

from typing import ClassVar

import msgspec

from .ids import Milliseconds, PersonId, RoomId, Samples, SourceId


class Telemetry(msgspec.Struct, frozen=True, kw_only=True):
    """One beacon. `topic` is the middle of its subject."""

    topic: ClassVar[str]


class ClockBeacon(Telemetry, frozen=True, kw_only=True):
    """The owning mixer's media time, once a second."""

    topic: ClassVar = "media.clock"

    room: RoomId
    epoch: int
    mediatime: Samples


class SourceLevel(msgspec.Struct, frozen=True, kw_only=True):
    """One source's meters: level in dBFS (RMS), packets lost and dropped so far, jitter buffer depth; loudness of the
    last 400 ms or so in LUFS, highest sample since the last meters in dBFS, and the decibels that its gain adds. `bus`
    says where it is heard: on `air`, in the `green` room, or by `talkback`.
    """

    source: SourceId
    person: PersonId
    level: float
    lost: int
    dropped: int
    depth: Milliseconds
    loudness: float = -120.0
    peak: float = -120.0
    gain: float = 0.0
    bus: str = "air"


class RoomMeters(Telemetry, frozen=True, kw_only=True):
    """Programme level in dBFS and the meters of every source, 10 a second while somebody is connected. Loudness by EBU
    R128, in LUFS: of the last 400 ms, of the last 3 s, of all since the mix began; the true peak since the last meters
    in dBTP; the decibels that are added toward the room's loudness.
    """

    topic: ClassVar = "media.meters"

    room: RoomId
    mediatime: Samples
    level: float
    sources: tuple[SourceLevel, ...] = ()
    momentary: float = -120.0
    shortterm: float = -120.0
    integrated: float = -120.0
    truepeak: float = -120.0
    gain: float = 0.0


class MixerBeat(Telemetry, frozen=True, kw_only=True):
    """A mixer is alive and owns these rooms, every 500 ms; the subject ends in the mixer's name. `leaving`: this is its
    last word, and it owns nothing any more. `encoders` is where others hand encoders on to it, `host port`.
    """

    topic: ClassVar = "media.beat"

    mixer: str
    rooms: tuple[RoomId, ...]
    leaving: bool = False
    encoders: str = ""


class ListenerJoined(Telemetry, frozen=True, kw_only=True):
    """An edge sent the first bytes to a listen token; `mediatime` is the first sample in them."""

    topic: ClassVar = "edge.play"

    room: RoomId
    token: str
    rendition: str
    mediatime: Samples


class EdgeAudience(Telemetry, frozen=True, kw_only=True):
    """How many distinct listeners one edge has in a room, once a second while there are any, and once when none."""

    topic: ClassVar = "edge.audience"

    room: RoomId
    edge: str
    sequence: int
    listeners: int


class RenditionWanted(Telemetry, frozen=True, kw_only=True):
    """Somebody at an edge listens to a rendition that is only encoded on demand; once a second while so."""

    topic: ClassVar = "edge.want"

    room: RoomId
    rendition: str


class SourceKeyRevoked(Telemetry, frozen=True, kw_only=True):
    """A source key holds no longer: whoever sends with it is cut off. Said once; mixers also ask again now and then."""

    topic: ClassVar = "rooms.keys"

    key: str
