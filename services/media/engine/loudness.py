"""How loud people find a mix: the twin of mixing/loudness.py, which says why. Channels lie one behind the other."""

import cython
from cython.cimports.libc.math import fabs, log10
from cython.cimports.libc.string import memset
from cython.cimports.services.media.engine.frame import TICK

from services.media.mixing import loudness as oracle

FLOOR = cython.declare(cython.double, oracle.FLOOR)
B0 = cython.declare(cython.double, oracle.SHELF[0])
B1 = cython.declare(cython.double, oracle.SHELF[1])
B2 = cython.declare(cython.double, oracle.SHELF[2])
A1 = cython.declare(cython.double, oracle.SHELF[3])
A2 = cython.declare(cython.double, oracle.SHELF[4])
C1 = cython.declare(cython.double, oracle.PASS[0])
C2 = cython.declare(cython.double, oracle.PASS[1])
TICKS = cython.declare(cython.int, oracle.TICKS)
SAMPLES = cython.declare(cython.int, oracle.SAMPLES)
GATE = cython.declare(cython.double, oracle.GATE)
BELOW = cython.declare(cython.double, oracle.BELOW)
EACH = cython.declare(cython.double, oracle.EACH)
TINY = cython.declare(cython.double, oracle.TINY)


def lufs(power: cython.double) -> cython.double:
    """Of a K-weighted mean square."""
    loudness: cython.double
    if power <= 0.0:
        return FLOOR
    loudness = -0.691 + 10.0 * log10(power)
    return max(FLOOR, loudness)


def begin(loudness: cython.pointer[Loudness]) -> cython.void:
    """Silence before."""
    memset(loudness, 0, cython.sizeof(Loudness))


def hear(
    loudness: cython.pointer[Loudness], channels: cython.int, frame: cython.pointer[cython.const[cython.float]]
) -> cython.bint:
    """Take 960 samples for each channel; True with the last tick of 100 ms."""
    channel: cython.int
    for channel in range(channels):
        loudness.power += _weighted(cython.address(loudness.states[channel]), frame + channel * TICK)
    loudness.ticks += 1
    if loudness.ticks < TICKS:
        return False
    loudness.recent[loudness.at] = loudness.power / SAMPLES
    loudness.at = (loudness.at + 1) % SHORT
    loudness.power = 0.0
    loudness.ticks = 0
    loudness.many = min(loudness.many + 1, MOMENTARY)
    if loudness.many == MOMENTARY:
        _keep(loudness, mean(loudness, MOMENTARY))
    return True


def mean(loudness: cython.pointer[Loudness], many: cython.int) -> cython.double:
    """The power of the last so many tenths of a second, of which SHORT are known."""
    total: cython.double = 0.0
    number: cython.int
    for number in range(SHORT - many, SHORT):
        total += loudness.recent[(loudness.at + number) % SHORT]
    return total / many


def integrated(loudness: cython.pointer[Loudness]) -> cython.double:
    """LUFS of all of it that was not silence."""
    total: cython.double = 0.0
    count: cython.longlong = _above(loudness, 0, cython.address(total))
    if count == 0:
        return FLOOR
    count = _above(loudness, _bin(lufs(total / count) - BELOW), cython.address(total))
    return lufs(total / count)


def _weighted(state: cython.pointer[Weighting], sound: cython.pointer[cython.const[cython.float]]) -> cython.double:
    """The sum of squares behind both filters."""
    x: cython.double
    y: cython.double
    z: cython.double
    x1: cython.double = state.x1
    x2: cython.double = state.x2
    y1: cython.double = state.y1
    y2: cython.double = state.y2
    z1: cython.double = state.z1
    z2: cython.double = state.z2
    power: cython.double = 0.0
    number: cython.int
    for number in range(TICK):
        x = sound[number]
        y = B0 * x + B1 * x1 + B2 * x2 - A2 * y2 - A1 * y1
        z = y - 2.0 * y1 + y2 - C2 * z2 - C1 * z1
        power += z * z
        x2 = x1
        x1 = x
        y2 = y1
        y1 = y
        z2 = z1
        z1 = z
    if fabs(y1) < TINY and fabs(z1) < TINY:
        x1 = x2 = y1 = y2 = z1 = z2 = 0.0
    state.x1 = x1
    state.x2 = x2
    state.y1 = y1
    state.y2 = y2
    state.z1 = z1
    state.z2 = z2
    return power


def _keep(loudness: cython.pointer[Loudness], power: cython.double) -> cython.void:
    level: cython.double = lufs(power)
    place: cython.int = _bin(level)
    if level >= GATE:
        loudness.counts[place] += 1
        loudness.sums[place] += power
        loudness.top = max(loudness.top, place)


def _bin(loudness: cython.double) -> cython.int:
    """Which tenth of a decibel above GATE."""
    place: cython.double = (loudness - GATE) * EACH
    if not place > 0.0:
        return 0
    return BINS - 1 if place >= BINS else cython.cast(cython.int, place)


def _above(
    loudness: cython.pointer[Loudness], first: cython.int, total: cython.pointer[cython.double]
) -> cython.longlong:
    count: cython.longlong = 0
    number: cython.int
    total[0] = 0.0
    for number in range(first, loudness.top + 1):
        total[0] += loudness.sums[number]
        count += loudness.counts[number]
    return count
