"""One RTP packet (RFC 3550 section 5.1) out of one datagram, with the client's audio level (RFC 6464) if it is there.

Everything that a length field claims is checked against what came, and nothing is copied but the payload. Header
extensions are read in both forms of RFC 8285; elements that we did not agree on are skipped.
"""

import msgspec

VERSION = 2
FIXED = 12
LONGEST = 1500
ONE_BYTE = 0xBEDE
TWO_BYTE = 0x1000
LEVEL_EXTENSION = 1
"""The id that our SDP gives to `urn:ietf:params:rtp-hdrext:ssrc-audio-level`."""


class NotRtp(ValueError):
    """These bytes are no RTP packet; the message says what is wrong with them."""


class Packet(msgspec.Struct, frozen=True, gc=False):
    """What a source sent. `level` is in -dBov: 0 loudest, 127 digital silence; None when the sender does not say."""

    payload_type: int
    sequence: int
    timestamp: int
    ssrc: int
    payload: bytes
    marker: bool = False
    level: int | None = None


def parse(data: bytes, level_extension: int | None = LEVEL_EXTENSION) -> Packet:
    """Read one datagram, whose sender gave that id to the level. Raises NotRtp."""
    size = len(data)
    if not FIXED <= size <= LONGEST:
        raise NotRtp(f"an RTP packet has {FIXED} to {LONGEST} bytes, not {size}")
    first, second = data[0], data[1]
    if first >> 6 != VERSION:
        raise NotRtp(f"RTP version {first >> 6}, not {VERSION}")
    begin = FIXED + 4 * (first & 0x0F)
    level = None
    if first & 0x10:
        begin, level = _extension(data, begin, level_extension)
    end = size - _padding(data) if first & 0x20 else size
    if begin > end:
        raise NotRtp(f"header of {begin} bytes in {end} bytes without padding")
    return Packet(
        payload_type=second & 0x7F,
        sequence=int.from_bytes(data[2:4], "big"),
        timestamp=int.from_bytes(data[4:8], "big"),
        ssrc=int.from_bytes(data[8:12], "big"),
        payload=data[begin:end],
        marker=second >= 0x80,
        level=level,
    )


def pack(packet: Packet) -> bytes:
    """The datagram that `parse` reads as this packet."""
    first, extension = VERSION << 6, b""
    if packet.level is not None:
        first |= 0x10
        extension = bytes((0xBE, 0xDE, 0, 1, LEVEL_EXTENSION << 4, packet.level, 0, 0))
    head = bytes((first, packet.payload_type | packet.marker << 7)) + packet.sequence.to_bytes(2, "big")
    return b"".join(
        (head, packet.timestamp.to_bytes(4, "big"), packet.ssrc.to_bytes(4, "big"), extension, packet.payload)
    )


def is_rtcp(data: bytes) -> bool:
    """True for what RFC 5761 section 4 says is RTCP on a shared port."""
    return len(data) >= 8 and data[0] >> 6 == VERSION and 192 <= data[1] <= 223


def _padding(data: bytes) -> int:
    padding = data[-1]
    if padding == 0:
        raise NotRtp("padding of 0 bytes")
    return padding


def _extension(data: bytes, begin: int, wanted: int | None) -> tuple[int, int | None]:
    body = begin + 4
    if body > len(data):
        raise NotRtp("header extension begins behind the end")
    end = body + 4 * int.from_bytes(data[begin + 2 : body], "big")
    if end > len(data):
        raise NotRtp("header extension ends behind the end")
    profile = int.from_bytes(data[begin : begin + 2], "big")
    if profile == ONE_BYTE:
        return end, _level(_one_byte(data, body, end), wanted)
    if profile & 0xFFF0 == TWO_BYTE:
        return end, _level(_two_byte(data, body, end), wanted)
    return end, None


def _level(elements: list[tuple[int, int, int]], wanted: int | None) -> int | None:
    for identity, value, length in elements:
        if identity == wanted and length >= 1:
            return value & 0x7F
    return None


def _one_byte(data: bytes, at: int, end: int) -> list[tuple[int, int, int]]:
    """Elements as (id, first byte, length). Id 15 ends the reading (RFC 8285 section 4.2)."""
    found: list[tuple[int, int, int]] = []
    while at < end:
        identity, length = data[at] >> 4, (data[at] & 0x0F) + 1
        if identity == 15:
            break
        if identity == 0:
            at += 1
            continue
        if at + 1 + length > end:
            raise NotRtp("header extension element ends behind the extension")
        found.append((identity, data[at + 1], length))
        at += 1 + length
    return found


def _two_byte(data: bytes, at: int, end: int) -> list[tuple[int, int, int]]:
    found: list[tuple[int, int, int]] = []
    while at < end:
        if data[at] == 0:
            at += 1
            continue
        if at + 2 > end or at + 2 + data[at + 1] > end:
            raise NotRtp("header extension element ends behind the extension")
        length = data[at + 1]
        found.append((data[at], data[at + 2] if length else 0, length))
        at += 2 + length
    return found
