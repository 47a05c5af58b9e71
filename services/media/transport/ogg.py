"""Ogg (RFC 3533), from bytes to packets, as encoders send it live: damaged pages are passed over, and a new logical
stream may follow at any time (that is how titles change).
"""

import struct
import zlib

import msgspec

HEADER = struct.Struct("<4sBBqIIIB")
CAPTURE = b"OggS"
CONTINUED, FIRST, LAST = 1, 2, 4
LARGEST_PACKET = 1 << 18
"""Bytes. Longer ones (pictures in comments) are kept to this and cut."""

MIRROR = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


class OggPacket(msgspec.Struct, frozen=True, gc=False):
    """`serial` tells logical streams apart; `number` counts a stream's packets from 0."""

    serial: int
    number: int
    data: bytes


class OggReader:
    """One physical stream. Of logical streams side by side only the one that began last is read."""

    def __init__(self) -> None:
        self.damaged = 0
        self._held = bytearray()
        self._serial: int | None = None
        self._number = 0
        self._part = bytearray()
        self._following = False

    def feed(self, data: bytes) -> list[OggPacket]:
        """The packets that these bytes complete. Never raises."""
        self._held += data
        packets: list[OggPacket] = []
        while True:
            at = self._held.find(CAPTURE)
            if at < 0:
                del self._held[:-3]
                return packets
            del self._held[:at]
            size = self._size()
            if size is None or len(self._held) < size:
                return packets
            page = bytes(self._held[:size])
            if checksum(page) == int.from_bytes(page[22:26], "little") and page[4] == 0:
                del self._held[:size]
                packets += self._page(page)
            else:
                self.damaged += 1
                del self._held[:1]

    def _size(self) -> int | None:
        if len(self._held) < HEADER.size:
            return None
        segments = self._held[26]
        if len(self._held) < HEADER.size + segments:
            return None
        return HEADER.size + segments + sum(self._held[HEADER.size : HEADER.size + segments])

    def _page(self, page: bytes) -> list[OggPacket]:
        _, _, flags, _, serial, _, _, segments = HEADER.unpack_from(page)
        if flags & FIRST:
            self._serial, self._number, self._part, self._following = serial, 0, bytearray(), False
        if serial != self._serial:
            return []
        if not flags & CONTINUED or not self._following:
            self._part = bytearray()
        skip = bool(flags & CONTINUED) and not self._following
        at, packets = HEADER.size + segments, []
        for length in page[HEADER.size : HEADER.size + segments]:
            if len(self._part) < LARGEST_PACKET:
                self._part += page[at : at + length]
            at += length
            if length == 255:
                continue
            if not skip:
                packets.append(OggPacket(serial, self._number, bytes(self._part)))
                self._number += 1
            skip, self._part = False, bytearray()
        self._following = segments > 0 and page[HEADER.size + segments - 1] == 255 and not skip
        return packets


def checksum(page: bytes) -> int:
    """RFC 3533 section 6, field 9: the polynomial of zlib's CRC the other way round, so the page is mirrored for it."""
    cleared = (page[:22] + b"\0\0\0\0" + page[26:]).translate(MIRROR)
    mirrored = zlib.crc32(cleared, 0xFFFF_FFFF) ^ 0xFFFF_FFFF
    return int.from_bytes(mirrored.to_bytes(4, "little").translate(MIRROR), "big")
