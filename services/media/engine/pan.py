"""Where between left and right a voice is heard. The twin of mixing/pan.py."""

import cython
from cython.cimports.libc.math import cos, sin
from cython.cimports.services.media.engine import buses, ramp
from cython.cimports.services.media.engine.frame import TICK
from cython.cimports.services.media.engine.ramp import CLICKLESS

QUARTER = cython.declare(cython.double, 0.7853981633974483)
"""Of pi."""


def begin(pan: cython.pointer[Pan]) -> cython.void:
    """In the middle."""
    point(pan, 0.0)
    ramp.begin(cython.address(pan.lefts), CLICKLESS, CLICKLESS)
    ramp.begin(cython.address(pan.rights), CLICKLESS, CLICKLESS)
    pan.lefts.gain = pan.left
    pan.rights.gain = pan.right


def point(pan: cython.pointer[Pan], place: cython.double) -> cython.void:
    """Move there, from -1 (left) to 1 (right), with the next sound."""
    place = min(1.0, max(-1.0, place))
    pan.left = cython.cast(cython.float, cos((place + 1.0) * QUARTER))
    pan.right = cython.cast(cython.float, sin((place + 1.0) * QUARTER))


def spread(
    pan: cython.pointer[Pan],
    frame: cython.pointer[cython.const[cython.float]],
    sides: cython.p_float,
    first: cython.bint,
) -> cython.void:
    """Add one channel to a sum of two; the `first` is the sum."""
    out: cython.float[960]
    _add(ramp.under(cython.address(pan.lefts), frame, pan.left, out), sides, first)
    _add(ramp.under(cython.address(pan.rights), frame, pan.right, out), sides + TICK, first)


def _add(heard: cython.pointer[cython.const[cython.float]], side: cython.p_float, first: cython.bint) -> cython.void:
    if heard == cython.NULL:
        if first:
            buses.clear(side, TICK)
    elif first:
        buses.copy(side, heard)
    else:
        buses.add(side, heard)
