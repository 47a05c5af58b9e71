"""So many a second and no more: what is over is dropped before it costs anything."""

import cython
from cython.cimports.libc.string import memset
from cython.cimports.services.media.engine.frame import RATE

PACKETS = cython.declare(cython.int, 600)
"""Datagrams a second of one source: Opus in 2.5 ms pieces is 400, and a stall may be made up for."""

STRANGE = cython.declare(cython.int, 400)
"""Datagrams a second that one host may send by routes that are nobody's: forty browsers behind one address that call
again together. What of it is STUN of somebody unknown, transport/peers.py counts more narrowly.
"""


def spend(allowance: cython.pointer[Allowance], now: cython.longlong) -> cython.int:
    """Count one: by how many this second's limit is passed, 0 or less when it is not."""
    second: cython.longlong = now // RATE
    if second != allowance.second:
        allowance.second = second
        allowance.many = 0
    allowance.many += 1
    return allowance.many - PACKETS


def stranger(crowd: cython.pointer[Crowd], mark: cython.uint, now: cython.longlong) -> cython.bint:
    """Count one of a host with this hash; False when it is over the limit. Few hosts share a counter."""
    second: cython.longlong = now // RATE
    at: cython.int = mark & (CROWD - 1)
    if second != crowd.second:
        memset(crowd, 0, cython.sizeof(Crowd))
        crowd.second = second
    if crowd.many[at] >= STRANGE:
        return False
    crowd.many[at] += 1
    return True
