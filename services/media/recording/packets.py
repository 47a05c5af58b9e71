"""Opus packets that no encoder made: one that says that sound was lost, and one that says that there was none.

Lost is a packet of frames without bytes (RFC 7845 section 4.1, RFC 6716 section 3.2.1): any decoder conceals it. There
was none is CELT's own silence, two bytes a frame: any decoder gives zeros. Both come in multiples of 2.5 ms.
"""

from collections.abc import Iterator
from typing import NamedTuple

UNIT = 120
"""Samples in the shortest Opus frame."""

LONGEST = 5_760
SILENT = b"\xff\xfe"
FULL_BAND = 0xF8
"""First byte of a full-band CELT packet of one frame of 20 ms, mono."""

SHORT = 0xE0
"""The same, of 2.5 ms."""

STEREO = 0x04


class Packet(NamedTuple):
    """Sound of one source: `span` samples from media time `at` on. An empty payload is missing there."""

    at: int
    span: int
    payload: bytes
    sequence: int | None = None
    timestamp: int = 0

    @property
    def end(self) -> int:
        """Media time behind it."""
        return self.at + self.span


def frame_samples(first: int) -> int:
    """Samples in each frame of a packet that begins with this byte (RFC 6716 section 3.1)."""
    config = first >> 3
    if config < 12:
        return (480, 960, 1_920, 2_880)[config & 3]
    if config < 16:
        return (480, 960)[config & 1]
    return (120, 240, 480, 960)[config & 3]


def is_stereo(payload: bytes) -> bool:
    """True when a packet has two channels."""
    return bool(payload[0] & STEREO)


def lost(samples: int, before: int = FULL_BAND) -> Iterator[tuple[int, bytes]]:
    """(samples, packet) that are missing for `samples`, a multiple of UNIT, behind a packet that began with the byte
    `before`: alike in mode and bandwidth where frames fit, which is what a decoder conceals best.
    """
    for part in _parts(samples):
        first = before & 0xFC
        if part % frame_samples(first):
            first = SHORT | before & STEREO
        yield part, bytes((first | 3, part // frame_samples(first)))


def silence(samples: int) -> Iterator[tuple[int, bytes]]:
    """(samples, packet) that are nothing for `samples`, a multiple of UNIT."""
    for part in _parts(samples):
        first, each = (FULL_BAND, 960) if part % 960 == 0 else (SHORT, UNIT)
        yield part, bytes((first | 3, part // each)) + SILENT * (part // each)


def _parts(samples: int) -> Iterator[int]:
    """As few as may be, of which only the last is no multiple of 20 ms."""
    while samples >= LONGEST:
        yield LONGEST
        samples -= LONGEST
    if samples > 960 and samples % 960:
        yield samples - samples % 960
        samples %= 960
    if samples:
        yield samples
