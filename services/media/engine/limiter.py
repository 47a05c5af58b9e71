"""The look-ahead limiter whose theory is in mixing/limiter.py, in the same steps: peak, hold, release, attack.

Constants come from there, once, when this is imported. Channels lie one behind the other.
"""

import cython
from cython.cimports.libc.string import memcpy
from cython.cimports.services.media.engine.buses import clear
from cython.cimports.services.media.engine.frame import TICK
from cython.cimports.services.media.engine.peak import BEFORE, BLOCK, HALF, between, highest, highs

from services.media.mixing import limiter as oracle

CEILING = cython.declare(cython.double, oracle.CEILING)
NEAR = cython.declare(cython.float, oracle.NEAR)
RISE = cython.declare(cython.double, oracle.RISE)


def begin(limiter: cython.pointer[Limiter]) -> cython.void:
    """Silence before, no gain taken away."""
    number: cython.int
    for number in range(CHANNELS):
        clear(limiter.past[number], DELAY)
    for number in range(LOOKAHEAD):
        limiter.enough[number] = limiter.held[number] = 1.0
    limiter.free = 1


def limit(
    limiter: cython.pointer[Limiter],
    channels: cython.int,
    frame: cython.pointer[cython.const[cython.float]],
    out: cython.p_float,
) -> cython.void:
    """Take 960 samples for each channel, give as many, DELAY later. `out` is not `frame`."""
    lines: cython.float[2188]
    line: cython.p_float = lines
    soft: cython.bint = limiter.free
    channel: cython.int
    for channel in range(channels):
        memcpy(line, limiter.past[channel], DELAY * cython.sizeof(cython.float))
        memcpy(line + DELAY, frame + channel * TICK, TICK * cython.sizeof(cython.float))
        memcpy(limiter.past[channel], line + TICK, DELAY * cython.sizeof(cython.float))
        soft = soft and highest(line + DELAY - HALF - BEFORE, TICK + HALF + BEFORE) < NEAR
        line += TICK + DELAY
    if not soft:
        _limited(limiter, channels, lines, out)
        return
    for channel in range(channels):
        memcpy(out + channel * TICK, lines + channel * (TICK + DELAY), TICK * cython.sizeof(cython.float))


def _limited(
    limiter: cython.pointer[Limiter],
    channels: cython.int,
    lines: cython.pointer[cython.const[cython.float]],
    out: cython.p_float,
) -> cython.void:
    enough: cython.double[68]
    corners: cython.float[61]
    line: cython.pointer[cython.const[cython.float]] = lines
    gain: cython.float
    step: cython.float
    channel: cython.int
    block: cython.int
    number: cython.int
    memcpy(enough, limiter.enough, LOOKAHEAD * cython.sizeof(cython.double))
    for block in range(TICK // BLOCK):
        enough[LOOKAHEAD + block] = 1.0
    for channel in range(channels):
        _enough(lines + channel * (TICK + DELAY) + DELAY - HALF - BEFORE, enough + LOOKAHEAD)
    _corners(limiter, enough, corners)
    for channel in range(channels):
        line = lines + channel * (TICK + DELAY)
        for block in range(TICK // BLOCK):
            gain = corners[block]
            step = (corners[block + 1] - gain) * cython.cast(cython.float, 0.0625)
            for number in range(BLOCK):
                out[number] = line[number] * (gain + step * cython.cast(cython.float, number + 1))
            line += BLOCK
            out += BLOCK


def _enough(line: cython.pointer[cython.const[cython.float]], enough: cython.p_double) -> cython.void:
    """Lower the gain that is enough for each of 60 blocks, of which the first has BEFORE samples before it and the last
    HALF behind it. Where nothing in reach of the taps is near the ceiling there is nothing to look at.
    """
    high: cython.float[61]
    ceiling: cython.double = CEILING
    peak: cython.double
    block: cython.int
    highs(line, 60, high)
    high[60] = highest(line + TICK, HALF + BEFORE)
    for block in range(TICK // BLOCK):
        if high[block] < NEAR and high[block + 1] < NEAR:
            continue
        peak = between(line + block * BLOCK)
        if peak > ceiling:
            enough[block] = min(enough[block], ceiling / peak)


def _corners(
    limiter: cython.pointer[Limiter], enough: cython.pointer[cython.const[cython.double]], corners: cython.p_float
) -> cython.void:
    """The gain before the first block, and at the end of each."""
    held: cython.double[68]
    gain: cython.double = limiter.held[LOOKAHEAD - 1]
    lowest: cython.double
    total: cython.double
    block: cython.int
    at: cython.int
    memcpy(held, limiter.held, LOOKAHEAD * cython.sizeof(cython.double))
    for block in range(TICK // BLOCK):
        lowest = enough[block]
        for at in range(1, LOOKAHEAD + 1):
            lowest = min(lowest, enough[block + at])
        gain = gain + RISE
        gain = min(gain, lowest)
        held[LOOKAHEAD + block] = gain
    for block in range(TICK // BLOCK + 1):
        total = held[block]
        for at in range(1, LOOKAHEAD):
            total = total + held[block + at]
        corners[block] = cython.cast(cython.float, total / LOOKAHEAD)
    memcpy(limiter.enough, enough + 60, LOOKAHEAD * cython.sizeof(cython.double))
    memcpy(limiter.held, held + 60, LOOKAHEAD * cython.sizeof(cython.double))
    limiter.free = _rests(limiter)


def _rests(limiter: cython.pointer[Limiter]) -> cython.bint:
    number: cython.int
    for number in range(LOOKAHEAD):
        if limiter.held[number] != 1.0 or limiter.enough[number] != 1.0:
            return False
    return True
