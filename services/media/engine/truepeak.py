"""The highest point of a mix, between its samples too: the twin of mixing/truepeak.py. A block that can't reach what is
known already is not looked at.
"""

import cython
from cython.cimports.libc.math import log10
from cython.cimports.libc.string import memcpy, memset
from cython.cimports.services.media.engine import peak as peaks
from cython.cimports.services.media.engine.frame import TICK
from cython.cimports.services.media.engine.peak import BEFORE, BLOCK

from services.media.mixing.peak import REACH as MOST

FLOOR = cython.declare(cython.double, -120.0)
REACH = cython.declare(cython.float, MOST)


def decibels(peak: cython.double) -> cython.double:
    """DBFS of a peak, or dBTP."""
    level: cython.double
    if not peak > 0.0:
        return FLOOR
    level = 20.0 * log10(peak)
    return max(FLOOR, level)


def begin(peak: cython.pointer[TruePeak]) -> cython.void:
    """Silence before."""
    memset(peak, 0, cython.sizeof(TruePeak))


def hear(
    peak: cython.pointer[TruePeak], channels: cython.int, frame: cython.pointer[cython.const[cython.float]]
) -> cython.void:
    """Take the next 960 samples for each channel."""
    line: cython.float[971]
    channel: cython.int
    for channel in range(channels):
        memcpy(line, peak.past[channel], PAST * cython.sizeof(cython.float))
        memcpy(line + PAST, frame + channel * TICK, TICK * cython.sizeof(cython.float))
        memcpy(peak.past[channel], line + TICK, PAST * cython.sizeof(cython.float))
        _look(peak, line)


def take(peak: cython.pointer[TruePeak]) -> cython.double:
    """DBTP since the last time."""
    highest: cython.double = peak.highest
    peak.highest = 0.0
    return decibels(highest)


def _look(peak: cython.pointer[TruePeak], line: cython.pointer[cython.const[cython.float]]) -> cython.void:
    high: cython.float[61]
    best: cython.float = peaks.highest(line + BEFORE, TICK)
    point: cython.float
    block: cython.int
    best = max(best, peak.highest)
    peaks.highs(line, 60, high)
    high[60] = peaks.highest(line + TICK, PAST)
    for block in range(TICK // BLOCK):
        if REACH * high[block] > best or REACH * high[block + 1] > best:
            point = peaks.between(line + block * BLOCK)
            best = max(best, point)
    peak.highest = best
