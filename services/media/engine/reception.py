"""How one source's packets arrive (RFC 3550 appendix A), for the reports that transport/uplink.py makes."""

import cython
from cython.cimports.libc.string import memset
from cython.cimports.services.media.engine.frame import RATE
from cython.cimports.services.media.engine.sequence import elapsed, extend

RESTART = cython.declare(cython.int, 3_000)
"""A jump in sequence numbers that is a new beginning (MAX_DROPOUT in appendix A.1)."""


def begin(reception: cython.pointer[Reception]) -> cython.void:
    """Nothing came yet."""
    memset(reception, 0, cython.sizeof(Reception))
    reception.highest = -1


def receive(
    reception: cython.pointer[Reception], sequence: cython.int, timestamp: cython.uint, now: cython.longlong
) -> cython.void:
    """One packet came."""
    place: cython.longlong = sequence
    moved: cython.longlong
    if reception.highest >= 0:
        place = extend(sequence, reception.highest)
    if reception.highest < 0 or place - reception.highest > RESTART or reception.highest - place > RESTART:
        reception.highest = reception.first = place = sequence
        reception.mask = 0
        reception.received = 0
        reception.heard = 0
    _mark(reception, place)
    reception.received += 1
    if reception.heard:
        moved = (now - reception.arrival) - elapsed(timestamp, reception.timestamp)
        moved = -moved if moved < 0 else moved
        reception.jitter += ((min(moved, RATE)) - reception.jitter) / 16
    reception.heard = 1
    reception.arrival = now
    reception.timestamp = timestamp


def fill(reception: cython.pointer[Reception], sequence: cython.int) -> cython.bint:
    """True once for a packet that did not come, and is at hand by other means."""
    place: cython.longlong = extend(sequence, reception.highest)
    back: cython.longlong = reception.highest - place
    one: cython.ulonglong = 1
    if not 0 < back < REMEMBERED or place < reception.first or reception.mask & one << back:
        return False
    reception.mask |= one << back
    return True


def _mark(reception: cython.pointer[Reception], place: cython.longlong) -> cython.void:
    ahead: cython.longlong = place - reception.highest
    one: cython.ulonglong = 1
    if ahead > 0:
        reception.mask = reception.mask << ahead if ahead < REMEMBERED else 0
        reception.highest = place
    if -ahead < REMEMBERED:
        reception.mask |= one << (reception.highest - place)
