"""How loud, and whether that is talk. The twin of mixing/level.py."""

import cython
from cython.cimports.libc.math import log10
from cython.cimports.services.media.engine.frame import TICK

FLOOR = cython.declare(cython.double, -120.0)
ENTER = cython.declare(cython.double, -42.0)
LEAVE = cython.declare(cython.double, -50.0)
ENTER_TICKS = cython.declare(cython.int, 5)
LEAVE_TICKS = cython.declare(cython.int, 50)


def dbfs(frame: cython.pointer[cython.const[cython.float]]) -> cython.double:
    """Of 20 ms of one channel."""
    return loud(frame, TICK)


def loud(frame: cython.pointer[cython.const[cython.float]], many: cython.int) -> cython.double:
    """RMS against a full-scale square wave: squares in eight lanes of float32, the lanes in double."""
    lanes: cython.float[8]
    power: cython.double = 0.0
    level: cython.double
    row: cython.int
    lane: cython.int
    for lane in range(LANES):
        lanes[lane] = frame[lane] * frame[lane]
    for row in range(1, many // LANES):
        for lane in range(LANES):
            lanes[lane] += frame[row * LANES + lane] * frame[row * LANES + lane]
    for lane in range(LANES):
        power += lanes[lane]
    power /= many
    if not power > 0.0:
        return FLOOR if power == 0.0 else power
    level = 10.0 * log10(power)
    return max(FLOOR, level)


def update(talk: cython.pointer[Talk], level: cython.double) -> cython.bint:
    """Take one frame's level; True when `talking` changed."""
    against: cython.bint = level < LEAVE if talk.talking else level > ENTER
    talk.run = talk.run + 1 if against else 0
    if talk.run < (LEAVE_TICKS if talk.talking else ENTER_TICKS):
        return False
    talk.talking = not talk.talking
    talk.run = 0
    return True


def hush(talk: cython.pointer[Talk]) -> cython.bint:
    """They can't be heard any more: True when that ended their talking."""
    if not talk.talking:
        return False
    talk.talking = 0
    talk.run = 0
    return True
