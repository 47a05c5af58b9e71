"""Redundant audio data (RFC 2198): a packet that carries the ones before it as well.

Chromium repeats the packet before in each when both sides speak of `red`; a single loss then costs nothing but the
wait for the next packet.
"""

import cython

MOST = cython.declare(cython.int, 8)


def unpack(
    data: cython.pointer[cython.const[cython.uchar]],
    begin: cython.int,
    size: cython.int,
    blocks: cython.pointer[Block],
) -> cython.int:
    """Read the payload that begins there: how many blocks it has, at most BLOCKS, the oldest first; 0 when it is not
    built like that. `before` is samples before the packet's timestamp.
    """
    end: cython.int = begin + size
    at: cython.int = begin
    many: cython.int = 0
    number: cython.int
    while at < end and data[at] & 0x80:
        if at + 4 > end or many == MOST:
            return 0
        blocks[many].kind = data[at] & 0x7F
        blocks[many].before = data[at + 1] << 6 | data[at + 2] >> 2
        blocks[many].size = (data[at + 2] & 3) << 8 | data[at + 3]
        many += 1
        at += 4
    if at >= end:
        return 0
    blocks[many].kind = data[at]
    blocks[many].before = 0
    at += 1
    for number in range(many):
        if at + blocks[number].size > end:
            return 0
        blocks[number].begin = at
        at += blocks[number].size
    blocks[many].begin = at
    blocks[many].size = end - at
    return many + 1
