"""Frames out of a stream of bytes: MPEG audio Layer III (ISO/IEC 11172-3, 13818-3) and AAC in ADTS (ISO/IEC 13818-7).

Pure: bytes in, frames out. What is between frames is passed over, as players do, but only so much of it.
"""

from collections.abc import Callable, Iterator

import msgspec

LOST_AFTER = 16_384
HEADER = 10

MPEG1_KBITS = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
MPEG2_KBITS = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
MPEG1_HZ = (44_100, 48_000, 32_000)
ADTS_HZ = (96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000)
RESERVED = 3


class NotAudio(Exception):
    """No frame of the promised kind for a long stretch."""


class Frame(msgspec.Struct, frozen=True):
    """One coded frame: `samples` per channel at `hz`."""

    data: bytes
    samples: int
    hz: int

    @property
    def kbits(self) -> float:
        """The rate at which it must come."""
        return len(self.data) * 8 * self.hz / self.samples / 1000


def mp3_frame(head: bytes) -> tuple[int, int, int] | None:
    """Length, samples and rate from an MPEG audio Layer III header; None when it is none."""
    version, layer = (head[1] >> 3) & 3, (head[1] >> 1) & 3
    rate_index, hz_index = head[2] >> 4, (head[2] >> 2) & 3
    if head[0] != 0xFF or head[1] & 0xE0 != 0xE0 or version == 1 or layer != 1:
        return None
    if hz_index == RESERVED or not 0 < rate_index < len(MPEG1_KBITS):
        return None
    first = version == RESERVED
    hz = MPEG1_HZ[hz_index] >> (0 if first else 1 if version == 2 else 2)
    kbits = (MPEG1_KBITS if first else MPEG2_KBITS)[rate_index]
    samples = 1152 if first else 576
    return samples // 8 * kbits * 1000 // hz + ((head[2] >> 1) & 1), samples, hz


def adts_frame(head: bytes) -> tuple[int, int, int] | None:
    """Length, samples and rate from an ADTS header; None when it is none."""
    hz_index = (head[2] >> 2) & 15
    if head[0] != 0xFF or head[1] & 0xF6 != 0xF0 or hz_index >= len(ADTS_HZ):
        return None
    length = (head[3] & 3) << 11 | head[4] << 3 | head[5] >> 5
    return (length, 1024 * ((head[6] & 3) + 1), ADTS_HZ[hz_index]) if length > 7 else None


KINDS: dict[str, tuple[str, Callable[[bytes], tuple[int, int, int] | None]]] = {
    "audio/mpeg": ("mp3", mp3_frame),
    "audio/aac": ("aac", adts_frame),
    "audio/aacp": ("aac", adts_frame),
}
"""What a content type promises: the codec and how its frames begin."""


class Frames:
    """Bytes as they come, frames as they are whole."""

    def __init__(self, content_type: str) -> None:
        self.codec, self._read = KINDS[content_type]
        self._rest = b""
        self._lost = 0
        self._in_step = False

    def push(self, piece: bytes) -> Iterator[Frame]:
        """The frames that are whole now. Raises NotAudio."""
        data, at = self._rest + piece, 0
        while at + HEADER <= len(data):
            found = self._read(data[at : at + HEADER])
            if found is None:
                at = self._slip(at)
                continue
            length, samples, hz = found
            if at + length + (0 if self._in_step else HEADER) > len(data):
                break
            if not self._in_step and self._read(data[at + length : at + length + HEADER]) is None:
                at = self._slip(at)  # what looks like a header is one only when another follows
                continue
            yield Frame(data[at : at + length], samples, hz)
            at, self._lost, self._in_step = at + length, 0, True
        self._rest = data[at:]

    def _slip(self, at: int) -> int:
        self._lost += 1
        self._in_step = False
        if self._lost > LOST_AFTER:
            raise NotAudio(f"no {self.codec} frame in {LOST_AFTER} bytes")
        return at + 1
