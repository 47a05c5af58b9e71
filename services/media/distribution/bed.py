"""The bed: what listeners hear while no mixer sends, ready encoded, so that no codec is needed to play it.

Half of it is an opening that fades in, half a loop without a seam (bed_making.py). It may be entered at any frame.
"""

from pathlib import Path

import msgspec

from services.media.distribution.formats import AAC, MP3, Format

FOLDER = Path(__file__).with_name("beds")
OPENING = 46_080
LOOP = 184_320


class UnreadableBed(Exception):
    """The file is not a whole number of frames of its format."""


class Bed(msgspec.Struct, frozen=True):
    """Frames of the opening, then those of the loop."""

    opening: tuple[bytes, ...]
    loop: tuple[bytes, ...]

    def frame(self, n: int) -> bytes:
        """The n-th frame since the bed came in."""
        if n < len(self.opening):
            return self.opening[n]
        return self.loop[(n - len(self.opening)) % len(self.loop)]


def bed_file(form: Format, channels: int) -> Path:
    """Where it lies."""
    return FOLDER / f"{'bed' if channels == 1 else 'bed-stereo'}.{form.name}"


def bed(form: Format, channels: int) -> Bed:
    """The bed in this format. Raises UnreadableBed."""
    path = bed_file(form, channels)
    frames = split(form, path.read_bytes())
    opening, loop = OPENING // form.frame, LOOP // form.frame
    if len(frames) != opening + loop:
        raise UnreadableBed(f"{path.name} has {len(frames)} frames, not {opening + loop}")
    return Bed(tuple(frames[:opening]), tuple(frames[opening:]))


def split(form: Format, stream: bytes) -> list[bytes]:
    """A stream of ours cut into its frames: MP3 of constant size, ADTS by its length field. Raises UnreadableBed."""
    frames: list[bytes] = []
    at = 0
    while at < len(stream):
        size = _size(form, stream, at)
        if size < 7 or at + size > len(stream):
            raise UnreadableBed(f"{form.name} frame {len(frames)} at byte {at} is cut or no frame")
        frames.append(stream[at : at + size])
        at += size
    return frames


def _size(form: Format, stream: bytes, at: int) -> int:
    if form is AAC:
        header = int.from_bytes(stream[at : at + 7], "big")
        return (header >> 13) & 0x1FFF if header >> 44 == 0xFFF else 0
    if stream[at : at + 2] != b"\xff\xfb":
        return 0
    return form.bitrate * form.channels(stream[at : at + 4]) // 8 * MP3.frame // 48_000
