"""The look-ahead limiter whose theory is in mixing/limiter.py, in the same steps: peak, hold, release, attack.

Constants and the interpolator's table come from there, once, when this is imported.
"""

import cython
from cython.cimports.libc.math import fabsf
from cython.cimports.libc.string import memcpy
from cython.cimports.services.media.engine.buses import clear
from cython.cimports.services.media.engine.frame import TICK

from services.media.mixing import limiter as oracle

BETWEEN = cython.declare(cython.float[12][3])
CEILING = cython.declare(cython.double, oracle.CEILING)
NEAR = cython.declare(cython.double, oracle.NEAR)
RELEASE = cython.declare(cython.double, oracle.RELEASE)
ALMOST = cython.declare(cython.double, oracle.ALMOST)

for _way in range(3):
    for _tap in range(12):
        BETWEEN[_way][_tap] = oracle.BETWEEN[_tap, _way]


def begin(limiter: cython.pointer[Limiter]) -> cython.void:
    """Silence before, no gain taken away."""
    number: cython.int
    clear(limiter.past, DELAY)
    for number in range(LOOKAHEAD - 1):
        limiter.enough[number] = 1.0
    for number in range(LOOKAHEAD):
        limiter.held[number] = 1.0
    limiter.free = 1


def limit(
    limiter: cython.pointer[Limiter], frame: cython.pointer[cython.const[cython.float]], out: cython.p_float
) -> cython.void:
    """Take 960 samples, give 960 samples, DELAY later. `out` is not `frame`."""
    line: cython.float[1093]
    memcpy(line, limiter.past, DELAY * cython.sizeof(cython.float))
    memcpy(line + DELAY, frame, TICK * cython.sizeof(cython.float))
    memcpy(limiter.past, line + TICK, DELAY * cython.sizeof(cython.float))
    if limiter.free and not _near(line, TICK + DELAY):
        memcpy(out, line, TICK * cython.sizeof(cython.float))
    else:
        _limited(limiter, line, out)


def _near(line: cython.pointer[cython.const[cython.float]], many: cython.int) -> cython.bint:
    """True when a sample is at half of the ceiling or is no number. As integers floats without sign keep their order,
    and integers may be compared in any order, several at a time.
    """
    bits: cython.pointer[cython.const[cython.int]] = cython.cast(cython.pointer[cython.const[cython.int]], line)
    highest: cython.int = 0
    number: cython.int
    one: cython.int
    peak: cython.float
    for number in range(many):
        one = bits[number] & 0x7FFFFFFF
        highest = max(highest, one)
    memcpy(cython.address(peak), cython.address(highest), cython.sizeof(cython.float))
    return not peak < NEAR


def _limited(
    limiter: cython.pointer[Limiter], line: cython.pointer[cython.const[cython.float]], out: cython.p_float
) -> cython.void:
    enough: cython.double[1087]
    held: cython.double[1088]
    summed: cython.double[1088]
    gain: cython.double
    total: cython.double = 0.0
    rest: cython.bint = True
    number: cython.int
    memcpy(enough, limiter.enough, (LOOKAHEAD - 1) * cython.sizeof(cython.double))
    _enough(line + DELAY - TAPS + 1, enough + LOOKAHEAD - 1)
    memcpy(limiter.enough, enough + TICK, (LOOKAHEAD - 1) * cython.sizeof(cython.double))
    _lowest(enough, TICK + LOOKAHEAD - 1)
    _release(limiter, enough, held)
    memcpy(limiter.held, held + TICK, LOOKAHEAD * cython.sizeof(cython.double))
    for number in range(LOOKAHEAD):
        rest = rest and limiter.held[number] == 1.0
    for number in range(LOOKAHEAD - 1):
        rest = rest and limiter.enough[number] == 1.0
    limiter.free = rest
    for number in range(TICK + LOOKAHEAD):
        total = held[number] if number == 0 else total + held[number]
        summed[number] = total
    for number in range(TICK):
        gain = (summed[number + LOOKAHEAD] - summed[number]) / LOOKAHEAD
        out[number] = cython.cast(cython.float, line[number] * gain)


def _enough(line: cython.pointer[cython.const[cython.float]], out: cython.p_double) -> cython.void:
    """The gain that is enough for each of 960 samples, of which the first has five before it and six behind it.

    Where nothing in reach of the taps is near the ceiling that is 1, without a look between the samples.
    """
    at: cython.int = 0
    number: cython.int
    while at < TICK:
        if _near(line + at, BLOCK + TAPS - 1):
            _look(line + at, out + at)
        else:
            for number in range(BLOCK):
                out[at + number] = 1.0
        at += BLOCK


def _look(line: cython.pointer[cython.const[cython.float]], out: cython.p_double) -> cython.void:
    """As `_enough`, for a block, whatever is in it."""
    peak: cython.float[32]
    way: cython.int
    number: cython.int
    ceiling: cython.double = CEILING
    most: cython.double
    for number in range(BLOCK):
        peak[number] = fabsf(line[HALF - 1 + number])
    for way in range(3):
        _raise(line, BETWEEN[way], peak)
    for number in range(BLOCK):
        most = peak[number]
        most = max(ceiling, most)
        out[number] = ceiling / most


def _raise(
    line: cython.pointer[cython.const[cython.float]],
    weights: cython.pointer[cython.const[cython.float]],
    peak: cython.p_float,
) -> cython.void:
    """Where a point between samples is higher. The taps are written out, so that four points are made at a time."""
    taps: cython.float[12]
    point: cython.float
    number: cython.int
    memcpy(taps, weights, TAPS * cython.sizeof(cython.float))
    for number in range(BLOCK):
        point = line[number] * taps[0] + line[number + 1] * taps[1] + line[number + 2] * taps[2]
        point = point + line[number + 3] * taps[3] + line[number + 4] * taps[4] + line[number + 5] * taps[5]
        point = point + line[number + 6] * taps[6] + line[number + 7] * taps[7] + line[number + 8] * taps[8]
        point = point + line[number + 9] * taps[9] + line[number + 10] * taps[10] + line[number + 11] * taps[11]
        point = fabsf(point)
        peak[number] = max(peak[number], point)


def _lowest(enough: cython.p_double, many: cython.int) -> cython.void:
    """The minimum of each LOOKAHEAD neighbours, by doubling, in place; where all are 1 there is nothing to do."""
    span: cython.int = 1
    number: cython.int
    begin: cython.int = 0
    end: cython.int = many
    while begin < many and enough[begin] == 1.0:
        begin += 1
    while end > begin and enough[end - 1] == 1.0:
        end -= 1
    begin = begin - LOOKAHEAD + 1 if begin >= LOOKAHEAD else 0
    while span < LOOKAHEAD:
        many -= span
        for number in range(begin, min(many, end)):
            enough[number] = min(enough[number], enough[number + span])
        span *= 2


def _release(
    limiter: cython.pointer[Limiter], lowest: cython.pointer[cython.const[cython.double]], held: cython.p_double
) -> cython.void:
    """What is held, rising by RELEASE a sample at most, behind the LOOKAHEAD - 1 of before."""
    running: cython.double = limiter.held[LOOKAHEAD - 1]
    one: cython.double
    number: cython.int
    memcpy(held, limiter.held, (LOOKAHEAD - 1) * cython.sizeof(cython.double))
    for number in range(TICK + 1):
        if number > 0:
            one = lowest[number - 1] - RELEASE * number
            running = min(running, one)
        one = running + RELEASE * number
        held[LOOKAHEAD - 1 + number] = 1.0 if one > ALMOST else one
