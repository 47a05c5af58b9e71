"""One RTP packet (RFC 3550 section 5.1) with the client's audio level (RFC 6464). The twin of mixing/rtp.py: refuses
what that refuses, and reads nothing behind `size`.
"""

import cython


def word(data: cython.pointer[cython.const[cython.uchar]]) -> cython.uint:
    """Four bytes, the first one highest."""
    return (
        cython.cast(cython.uint, data[0]) << 24
        | cython.cast(cython.uint, data[1]) << 16
        | cython.cast(cython.uint, data[2]) << 8
        | data[3]
    )


def put(out: cython.p_uchar, value: cython.uint) -> cython.void:
    """The inverse."""
    out[0] = value >> 24
    out[1] = (value >> 16) & 0xFF
    out[2] = (value >> 8) & 0xFF
    out[3] = value & 0xFF


def parse(
    data: cython.pointer[cython.const[cython.uchar]], size: cython.int, header: cython.pointer[Header]
) -> cython.bint:
    """Read one datagram of at most 1500 bytes, the level under the id that our SDP gives it. False: no RTP packet."""
    return parse_with(data, size, LEVEL_EXTENSION, header)


def parse_with(
    data: cython.pointer[cython.const[cython.uchar]],
    size: cython.int,
    wanted: cython.int,
    header: cython.pointer[Header],
) -> cython.bint:
    """The same with the id that the sender gave to the level, 0 when to none."""
    begin: cython.int
    end: cython.int = size
    if not FIXED <= size <= 1500 or data[0] >> 6 != 2:
        return False
    begin = FIXED + 4 * (data[0] & 0x0F)
    header.level = -1
    if data[0] & 0x10:
        begin = _extension(data, size, begin, wanted, cython.address(header.level))
        if begin < 0:
            return False
    if data[0] & 0x20:
        if data[size - 1] == 0:
            return False
        end = size - data[size - 1]
    if begin > end:
        return False
    header.payload_type = data[1] & 0x7F
    header.sequence = data[2] << 8 | data[3]
    header.timestamp = word(data + 4)
    header.ssrc = word(data + 8)
    header.begin = begin
    header.size = end - begin
    return True


def pack(out: cython.p_uchar, header: cython.pointer[cython.const[Header]]) -> cython.void:
    """Twelve bytes before a payload, without level."""
    out[0] = 0x80
    out[1] = header.payload_type
    out[2] = header.sequence >> 8 & 0xFF
    out[3] = header.sequence & 0xFF
    put(out + 4, header.timestamp)
    put(out + 8, header.ssrc)


def _extension(
    data: cython.pointer[cython.const[cython.uchar]],
    size: cython.int,
    begin: cython.int,
    wanted: cython.int,
    level: cython.pointer[cython.int],
) -> cython.int:
    """Where the payload begins behind the extension; negative when that is damaged."""
    body: cython.int = begin + 4
    end: cython.int
    profile: cython.int
    if body > size:
        return -1
    profile = data[begin] << 8 | data[begin + 1]
    end = body + 4 * (data[begin + 2] << 8 | data[begin + 3])
    if end > size:
        return -1
    if profile == 0xBEDE:
        return end if _one_byte(data, body, end, wanted, level) else -1
    if profile & 0xFFF0 == 0x1000:
        return end if _two_byte(data, body, end, wanted, level) else -1
    return end


def _one_byte(
    data: cython.pointer[cython.const[cython.uchar]],
    at: cython.int,
    end: cython.int,
    wanted: cython.int,
    level: cython.pointer[cython.int],
) -> cython.bint:
    """Id 15 ends the reading (RFC 8285 section 4.2)."""
    length: cython.int
    while at < end:
        if data[at] >> 4 == 15:
            return True
        if data[at] >> 4 == 0:
            at += 1
            continue
        length = (data[at] & 0x0F) + 1
        if at + 1 + length > end:
            return False
        if data[at] >> 4 == wanted and level[0] < 0:
            level[0] = data[at + 1] & 0x7F
        at += 1 + length
    return True


def _two_byte(
    data: cython.pointer[cython.const[cython.uchar]],
    at: cython.int,
    end: cython.int,
    wanted: cython.int,
    level: cython.pointer[cython.int],
) -> cython.bint:
    length: cython.int
    while at < end:
        if data[at] == 0:
            at += 1
            continue
        if at + 2 > end or at + 2 + data[at + 1] > end:
            return False
        length = data[at + 1]
        if data[at] == wanted and length >= 1 and level[0] < 0:
            level[0] = data[at + 2] & 0x7F
        at += 2 + length
    return True
