"""What is on air: frames on core NATS (`air.<room>.<rendition>`) and sealed segments in the stream `AIR` (`seg.…`).

The grid: one segment = 92,160 samples at 48 kHz = 1.92 s = 96 ticks = 90 AAC frames = 80 MP3 frames, and the media
sequence number is `mediatime // 92160`, so that any mixer numbers alike. Both messages are msgpack.
"""

import msgspec

from .ids import RoomId, Samples

TICK = Samples(960)
SEGMENT = Samples(92_160)
MP3_FRAME = Samples(1152)
AAC_FRAME = Samples(1024)

DVR_SECONDS = 14_400
"""How far back listeners may go, unless a setting says otherwise."""

AIR_BYTES = 2 << 30
"""What the window may take on the broker's disk, unless a setting says otherwise."""


class AirFrames(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """Consecutive encoded frames as they leave the encoder. Every MP3 or ADTS frame is a join and a splice point."""

    epoch: int
    mediatime: Samples
    duration: Samples
    frames: tuple[bytes, ...]


class AirSegment(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """One grid cell of a rendition; its message id is `<room>-<rendition>-<msn>`."""

    epoch: int
    msn: int
    mediatime: Samples
    duration: Samples
    frames: tuple[bytes, ...]


def air_subject(room: RoomId, rendition: str) -> str:
    """Live frames of one rendition (`mp3`, `aac`)."""
    return f"air.{room}.{rendition}"


def segment_subject(room: RoomId, rendition: str) -> str:
    """Sealed segments of one rendition."""
    return f"seg.{room}.{rendition}"


def segment_id(room: RoomId, rendition: str, msn: int) -> str:
    """`Nats-Msg-Id` of a segment: the same cell is stored once."""
    return f"{room}-{rendition}-{msn}"


frames_codec = msgspec.msgpack.Decoder(AirFrames)
segment_codec = msgspec.msgpack.Decoder(AirSegment)
