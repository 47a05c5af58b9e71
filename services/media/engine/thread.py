"""The tick thread: absolute deadlines on the monotonic clock, without Python's lock from the first tick to the last.

Tick n is made at begin + n * 20 ms. A late tick is made at once, and those behind it too, up to ten seconds of them;
after a longer stall time has gone on without us: `skipped` counts. It is the shell around mixing that knows the clock.
"""

import cython
from cython.cimports.services.media.engine import console as rooms
from cython.cimports.services.media.engine import port, sockets
from cython.cimports.services.media.engine.atomics import load
from cython.cimports.services.media.engine.console import STAMPS
from cython.cimports.services.media.engine.frame import TICK

TICK_NS = cython.declare(cython.longlong, 20_000_000)
MADE_UP_FOR = cython.declare(cython.longlong, 500)
TARDY_US = cython.declare(cython.int, 80_000)


def monotonic() -> cython.longlong:
    """Nanoseconds."""
    now: sockets.timespec
    sockets.clock_gettime(sockets.CLOCK_MONOTONIC, cython.address(now))
    return cython.cast(cython.longlong, now.tv_sec) * 1_000_000_000 + now.tv_nsec


def run(console: cython.pointer[Console]) -> cython.void:
    """Tick until `going` is 0."""
    begin: cython.longlong = monotonic()
    late: cython.longlong
    console.began = begin
    while load(cython.address(console.going)):
        console.tick += 1
        _sleep(begin + console.tick * TICK_NS)
        late = (monotonic() - begin) // TICK_NS - console.tick
        if late > MADE_UP_FOR:
            console.skipped += late
            console.tick += late
        _beat(console, begin)
    rooms.obey(console)


def turn(console: cython.pointer[Console], ticks: cython.longlong) -> cython.void:
    """One tick without a clock, as if the `ticks - 1` before it were left out: for who wants it by hand."""
    console.tick += ticks
    rooms.obey(console)
    port.receive(console, console.tick * TICK, False)
    rooms.step(console, console.tick * TICK)
    port.send(console)
    _ring(console)


def lock_memory() -> cython.bint:
    """Keep every page that is touched from now on, when we are allowed as many as we like: True when that is so."""
    if sockets.geteuid() != 0:
        return False
    return sockets.mlockall(sockets.MCL_CURRENT | sockets.MCL_FUTURE | sockets.MCL_ONFAULT) == 0


def _beat(console: cython.pointer[Console], begin: cython.longlong) -> cython.void:
    """One tick."""
    deadline: cython.longlong = begin + console.tick * TICK_NS
    now: cython.longlong = monotonic()
    at: cython.int = console.stamped % STAMPS
    console.late[at] = cython.cast(cython.int, (now - deadline) // 1_000)
    rooms.obey(console)
    port.receive(console, (now - begin) * 48 // 1_000_000, True)
    rooms.step(console, console.tick * TICK)
    port.send(console)
    console.done[at] = cython.cast(cython.int, (monotonic() - deadline) // 1_000)
    console.stamped += 1
    console.tardy += console.done[at] > TARDY_US
    _ring(console)


def _ring(console: cython.pointer[Console]) -> cython.void:
    """Tell who reads that there is something."""
    one: cython.longlong = 1
    if console.news:
        console.news = 0
        sockets.write(console.bell, cython.address(one), 8)


def _sleep(until: cython.longlong) -> cython.void:
    when: sockets.timespec
    when.tv_sec = until // 1_000_000_000
    when.tv_nsec = until % 1_000_000_000
    while (
        sockets.clock_nanosleep(sockets.CLOCK_MONOTONIC, sockets.TIMER_ABSTIME, cython.address(when), cython.NULL)
        == sockets.EINTR
    ):
        pass
