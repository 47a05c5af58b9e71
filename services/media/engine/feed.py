"""Sound that a thread of ours brings, and the tick takes: a ring of float32 samples. The twin of mixing/feed.py.

One thread at a time calls `play`, the tick thread `take`, whoever likes `waiting`; nobody waits.
"""

import cython
from cython.cimports.libc.math import isfinite
from cython.cimports.libc.stdlib import calloc, free
from cython.cimports.libc.string import memcpy
from cython.cimports.services.media.engine import ramp
from cython.cimports.services.media.engine.atomics import load, store
from cython.cimports.services.media.engine.buses import clear
from cython.cimports.services.media.engine.frame import TICK
from cython.cimports.services.media.engine.level import loud
from cython.cimports.services.media.engine.ramp import CLICKLESS

FLOOR = cython.declare(cython.double, -120.0)
HALF = cython.declare(cython.float, 0.5)


def new() -> cython.pointer[Feed]:
    """Nothing there. To be dropped by who asked; NULL when there is no memory. Pages are the system's until touched."""
    feed: cython.pointer[Feed] = cython.cast(cython.pointer[Feed], calloc(1, cython.sizeof(Feed)))
    if feed == cython.NULL:
        return cython.NULL
    feed.level = FLOOR
    ramp.begin(cython.address(feed.fade), CLICKLESS, CLICKLESS)
    feed.cells = cython.cast(cython.p_float, calloc(2 * DEEP, cython.sizeof(cython.float)))
    if feed.cells == cython.NULL:
        free(feed)
        return cython.NULL
    return feed


def drop(feed: cython.pointer[Feed]) -> cython.void:
    """Give the memory back, when both threads are done. NULL is nothing to give."""
    if feed != cython.NULL:
        free(feed.cells)
        free(feed)


def play(
    feed: cython.pointer[Feed],
    sound: cython.pointer[cython.const[cython.float]],
    many: cython.int,
    channels: cython.int,
) -> cython.int:
    """Put `many` samples of 1 or 2 interleaved channels behind the others; how many there was room for. What comes
    first decides how many channels this feed has. 0 samples say that this was all.
    """
    at: cython.uint = feed.head
    space: cython.int = DEEP - waiting(feed)
    feed.channels = feed.channels or channels
    store(cython.address(feed.ended), many == 0)
    many = min(many, space)
    if feed.channels == 2:
        _write(feed.cells, at, sound, many, channels)
        _write(feed.cells + DEEP, at, sound + channels - 1, many, channels)
    elif channels == 2:
        _halve(feed.cells, at, sound, many)
    else:
        _write(feed.cells, at, sound, many, 1)
    store(cython.address(feed.head), at + many)
    return many


def waiting(feed: cython.pointer[Feed]) -> cython.int:
    """Samples that lie there."""
    tail: cython.uint = load(cython.address(feed.tail))
    return load(cython.address(feed.head)) - tail


def take(feed: cython.pointer[Feed]) -> cython.pointer[cython.const[cython.float]]:
    """The next 20 ms, one channel behind the other, the feed's own memory until the next call; NULL when there is
    nothing to hear. Sets `level`, and `begun` once there was something.
    """
    ended: cython.bint = load(cython.address(feed.ended))
    there: cython.int = waiting(feed)
    many: cython.int = min(there, TICK)
    heard: cython.pointer[cython.const[cython.float]]
    feed.level = FLOOR
    feed.begun = feed.begun or there > 0
    if there == 0 or (not feed.playing and not ended and there < 2 * TICK):
        feed.playing = 0
        return cython.NULL
    _read(feed, many)
    there -= many
    feed.playing = there >= TICK or (ended and there > 0)
    if not feed.playing and not ended:
        feed.holes += 1
    if feed.channels == 2:
        heard = ramp.both(cython.address(feed.fade), feed.frame, 1.0 if feed.playing else 0.0, feed.heard)
    else:
        heard = ramp.under(cython.address(feed.fade), feed.frame, 1.0 if feed.playing else 0.0, feed.heard)
    if heard == cython.NULL:
        return cython.NULL
    feed.level = loud(heard, feed.channels * TICK)
    if not isfinite(feed.level):
        feed.level = FLOOR
        clear(feed.heard, 2 * TICK)
        return feed.heard
    return heard


def _write(
    cells: cython.p_float,
    at: cython.uint,
    sound: cython.pointer[cython.const[cython.float]],
    many: cython.int,
    step: cython.int,
) -> cython.void:
    """One channel of what has `step` of them."""
    number: cython.int
    for number in range(many):
        cells[(at + number) & (DEEP - 1)] = sound[number * step]


def _halve(
    cells: cython.p_float, at: cython.uint, sound: cython.pointer[cython.const[cython.float]], many: cython.int
) -> cython.void:
    """Two channels as one."""
    number: cython.int
    for number in range(many):
        cells[(at + number) & (DEEP - 1)] = (sound[2 * number] + sound[2 * number + 1]) * HALF


def _read(feed: cython.pointer[Feed], many: cython.int) -> cython.void:
    """Take `many` samples, at most a tick, out; silence behind them."""
    at: cython.int = feed.tail & (DEEP - 1)
    first: cython.int = min(many, DEEP - at)
    lane: cython.int
    for lane in range(feed.channels):
        memcpy(feed.frame + lane * TICK, feed.cells + lane * DEEP + at, first * cython.sizeof(cython.float))
        memcpy(feed.frame + lane * TICK + first, feed.cells + lane * DEEP, (many - first) * cython.sizeof(cython.float))
        clear(feed.frame + lane * TICK + many, TICK - many)
    store(cython.address(feed.tail), feed.tail + many)
