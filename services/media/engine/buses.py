"""Sums. Float32, in the order in which they are given: the order is part of the result. The twin of mixing/buses.py."""

import cython
from cython.cimports.libc.string import memcpy, memset
from cython.cimports.services.media.engine.frame import TICK


def copy(out: cython.p_float, frame: cython.pointer[cython.const[cython.float]]) -> cython.void:
    """The first of a sum."""
    memcpy(out, frame, TICK * cython.sizeof(cython.float))


def add(total: cython.p_float, frame: cython.pointer[cython.const[cython.float]]) -> cython.void:
    """The next of a sum."""
    number: cython.int
    for number in range(TICK):
        total[number] = total[number] + frame[number]


def mix_minus(
    total: cython.pointer[cython.const[cython.float]],
    own: cython.pointer[cython.const[cython.float]],
    out: cython.p_float,
) -> cython.void:
    """What somebody on the stage hears: the sum without themselves."""
    number: cython.int
    for number in range(TICK):
        out[number] = total[number] - own[number]


def middle(sides: cython.pointer[cython.const[cython.float]], out: cython.p_float) -> cython.void:
    """Two channels, one behind the other, as one; `out` may be the first."""
    half: cython.float = 0.5
    number: cython.int
    for number in range(TICK):
        out[number] = (sides[number] + sides[TICK + number]) * half


def clear(out: cython.p_float, many: cython.int) -> cython.void:
    """Silence."""
    memset(out, 0, many * cython.sizeof(cython.float))
