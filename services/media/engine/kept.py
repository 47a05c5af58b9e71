"""The last second of what was sent to a listener, as it went out: for those who ask again for what they missed."""

import cython
from cython.cimports.services.media.engine.frame import RATE

AGAIN = cython.declare(cython.int, 100)
"""Repetitions a second, at most."""


def follow(kept: cython.pointer[Kept]) -> cython.pointer[Protected]:
    """Where the next packet comes; the oldest is forgotten."""
    kept.at = (kept.at + 1) % KEPT
    kept.packets[kept.at].size = 0
    return cython.address(kept.packets[kept.at])


def asked(kept: cython.pointer[Kept], sequence: cython.int, now: cython.longlong) -> cython.pointer[Protected]:
    """The packet with this number; NULL when it is not here, or too much was asked for in this second."""
    one: cython.pointer[Protected]
    number: cython.int
    if now // RATE != kept.second:
        kept.second = now // RATE
        kept.again = 0
    if kept.again >= AGAIN:
        return cython.NULL
    for number in range(KEPT):
        one = cython.address(kept.packets[number])
        if one.size > 0 and (one.bytes[2] << 8 | one.bytes[3]) == sequence:
            kept.again += 1
            return one
    return cython.NULL
