"""Ogg Opus (RFC 7845 in RFC 3533), being written: packets in, pages out, each of which is whole by itself.

A page's granule position is the sample behind its last packet: so the position of a sample in the decoded file is the
sum of all spans before it, and a file that was cut off anywhere is good up to its last whole page.
"""

import struct

from services.media.transport.ogg import FIRST, HEADER, LAST, checksum

RATE = 48_000
MOST_SEGMENTS = 255
VENDOR = b"parlor"
CAPTURE = b"OggS"


class OggOpus:
    """One logical stream. `pre_skip` samples at the beginning are for the decoder only; `granule` counts them."""

    def __init__(self, serial: int, channels: int, pre_skip: int = 0, comments: tuple[str, ...] = ()) -> None:
        self.granule = 0
        self._serial = serial & 0xFFFF_FFFF
        self._number = 0
        self._segments = bytearray()
        self._body = bytearray()
        self._pages = bytearray()
        self._emit(FIRST, 0, *_segmented(_head(channels, pre_skip)))
        self._emit(0, 0, *_segmented(_tags(comments)))

    def add(self, packet: bytes, span: int) -> None:
        """The next packet, of so many samples."""
        segments, _ = _segmented(packet)
        if len(self._segments) + len(segments) > MOST_SEGMENTS:
            self._close_page(0)
        self._segments += segments
        self._body += packet
        self.granule += span

    def take(self) -> bytes:
        """Whole pages of all that was added since the last time."""
        if self._segments:
            self._close_page(0)
        pages, self._pages = bytes(self._pages), bytearray()
        return pages

    def end(self) -> bytes:
        """The same, and that this was all."""
        self._close_page(LAST)
        return self.take()

    def _close_page(self, flags: int) -> None:
        self._emit(flags, self.granule, bytes(self._segments), bytes(self._body))
        self._segments, self._body = bytearray(), bytearray()

    def _emit(self, flags: int, granule: int, segments: bytes, body: bytes) -> None:
        head = HEADER.pack(CAPTURE, 0, flags, granule, self._serial, self._number, 0, len(segments))
        page = head + segments + body
        self._pages += page[:22] + checksum(page).to_bytes(4, "little") + page[26:]
        self._number += 1


def _segmented(packet: bytes) -> tuple[bytes, bytes]:
    """RFC 3533 section 6: lengths of 255 go on, the first shorter one ends."""
    return b"\xff" * (len(packet) // 255) + bytes((len(packet) % 255,)), packet


def _head(channels: int, pre_skip: int) -> bytes:
    """RFC 7845 section 5.1, mapping family 0."""
    return struct.pack("<8sBBHIhB", b"OpusHead", 1, channels, pre_skip, RATE, 0, 0)


def _tags(comments: tuple[str, ...]) -> bytes:
    """RFC 7845 section 5.2."""
    lines = [line.encode() for line in comments]
    body = b"".join(struct.pack("<I", len(line)) + line for line in lines)
    return b"OpusTags" + struct.pack("<I", len(VENDOR)) + VENDOR + struct.pack("<I", len(lines)) + body
