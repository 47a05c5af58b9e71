"""Brings the programme to the loudness that its room asks for, and has its meters. The twin of mixing/aim.py."""

import cython
from cython.cimports.libc.math import fabs
from cython.cimports.libc.math import pow as raised
from cython.cimports.libc.string import memset
from cython.cimports.services.media.engine import loudness as meters
from cython.cimports.services.media.engine import truepeak
from cython.cimports.services.media.engine.frame import TICK
from cython.cimports.services.media.engine.loudness import SHORT, lufs

from services.media.mixing import aim as oracle

MOST = cython.declare(cython.double, oracle.MOST)
GATE = cython.declare(cython.double, oracle.GATE)
BELOW = cython.declare(cython.double, oracle.BELOW)
ENOUGH = cython.declare(cython.int, oracle.ENOUGH)
PULL = cython.declare(cython.double, oracle.PULL)
UP = cython.declare(cython.double, oracle.UP)
DOWN = cython.declare(cython.double, oracle.DOWN)
NEAR = cython.declare(cython.double, oracle.NEAR)
EACH = cython.declare(cython.float, 1.0 / 960)


def begin(aim: cython.pointer[Aim]) -> cython.void:
    """Nothing is asked for, nothing heard."""
    memset(aim, 0, cython.sizeof(Aim))
    aim.now = aim.after = 1.0
    meters.begin(cython.address(aim.loudness))
    truepeak.begin(cython.address(aim.peak))


def apply(
    aim: cython.pointer[Aim],
    channels: cython.int,
    total: cython.pointer[cython.const[cython.float]],
    out: cython.p_float,
) -> cython.pointer[cython.const[cython.float]]:
    """The sum under its gain: itself, or `out`."""
    before: cython.float = aim.now
    after: cython.float = aim.after
    step: cython.float = (after - before) * EACH
    channel: cython.int
    number: cython.int
    aim.now = after
    if before == after and after == 1.0:
        return total
    for channel in range(channels):
        for number in range(TICK):
            out[channel * TICK + number] = total[channel * TICK + number] * (
                before + step * cython.cast(cython.float, number + 1)
            )
    return out


def hear(
    aim: cython.pointer[Aim], channels: cython.int, frame: cython.pointer[cython.const[cython.float]]
) -> cython.void:
    """Measure what became of it, behind the limiter."""
    truepeak.hear(cython.address(aim.peak), channels, frame)
    if meters.hear(cython.address(aim.loudness), channels, frame):
        _move(aim)


def _move(aim: cython.pointer[Aim]) -> cython.void:
    loudness: cython.double = 0.0
    away: cython.double = 0.0
    step: cython.double
    if not aim.wanted:
        aim.gain = 0.0
    else:
        if _talk(aim, cython.address(loudness)):
            away = aim.target - loudness
        if fabs(away) > NEAR:
            step = away * PULL
            step = max(-DOWN, step)
            step = min(UP, step)
            aim.gain = aim.gain + step
            aim.gain = max(-MOST, aim.gain)
            aim.gain = min(MOST, aim.gain)
    aim.after = cython.cast(cython.float, raised(10.0, aim.gain / 20.0))


def _talk(aim: cython.pointer[Aim], loudness: cython.pointer[cython.double]) -> cython.bint:
    """Loudness of what is no pause; False in a pause, or when too little was heard."""
    total: cython.double = 0.0
    gate: cython.double
    many: cython.int = _above(aim, GATE, cython.address(total))
    if many < ENOUGH:
        return False
    gate = lufs(total / many) - BELOW
    gate = max(GATE, gate)
    many = _above(aim, gate, cython.address(total))
    loudness[0] = lufs(total / many)
    return lufs(aim.loudness.recent[(aim.loudness.at + SHORT - 1) % SHORT]) > gate


def _above(aim: cython.pointer[Aim], gate: cython.double, total: cython.pointer[cython.double]) -> cython.int:
    many: cython.int = 0
    number: cython.int
    power: cython.double
    total[0] = 0.0
    for number in range(SHORT):
        power = aim.loudness.recent[(aim.loudness.at + number) % SHORT]
        if lufs(power) > gate:
            many += 1
            total[0] += power
    return many
