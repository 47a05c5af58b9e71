"""What a source does that no encoder in order does. The twin of mixing/conduct.py, which says why."""

import cython
from cython.cimports.libc.string import memset
from cython.cimports.services.media.engine.sequence import elapsed, extend

SECOND = cython.declare(cython.int, 50)
WINDOW = cython.declare(cython.int, 500)
MINUTE = cython.declare(cython.int, 3_000)
FLOOD = cython.declare(cython.int, 600)
JUMP = cython.declare(cython.int, 1_000)
FEW = cython.declare(cython.int, 5)
STRANGE = cython.declare(cython.int, 100)
LOUD = cython.declare(cython.double, -9.0)
LOUD_TICKS = cython.declare(cython.int, 475)
HUSHED = cython.declare(cython.int, 1_500)


def begin(conduct: cython.pointer[Conduct]) -> cython.void:
    """Nothing known of it."""
    memset(conduct, 0, cython.sizeof(Conduct))


def packet(
    conduct: cython.pointer[Conduct], sequence: cython.int, timestamp: cython.uint, dtx: cython.bint
) -> cython.void:
    """One came, however far it gets. `dtx`: it says nothing in three bytes at most."""
    ahead: cython.longlong
    conduct.packets += 1
    if dtx:
        conduct.hushed += 1
    else:
        conduct.spoke = 1
    if conduct.known:
        ahead = extend(sequence, conduct.sequence) - conduct.sequence
        if ahead > JUMP or ahead < -JUMP:
            conduct.jumps += 1
        elif ahead <= 0:
            return
        elif elapsed(timestamp, conduct.timestamp) < 0:
            conduct.backs += 1
    conduct.known = 1
    conduct.sequence = sequence
    conduct.timestamp = timestamp


def strange(conduct: cython.pointer[Conduct]) -> cython.void:
    """One came from its address with another SSRC."""
    conduct.strange += 1


def tick(conduct: cython.pointer[Conduct], level: cython.double) -> Fault:
    """20 ms have passed, in which it was as loud as `level` (dBFS): what is to be told, if anything is."""
    fault: Fault = NO_FAULT
    conduct.ticks += 1
    if level > LOUD:
        conduct.loud += 1
    if conduct.ticks % SECOND == 0:
        if conduct.packets - conduct.second > FLOOD:
            fault = FLOODS
        conduct.second = conduct.packets
    if conduct.ticks % WINDOW == 0:
        if fault == NO_FAULT:
            fault = _judged(conduct)
        conduct.strange = conduct.jumps = conduct.backs = conduct.loud = 0
    if fault == NO_FAULT or conduct.ticks < conduct.again:
        return NO_FAULT
    conduct.again = conduct.ticks + MINUTE
    return fault


def _judged(conduct: cython.pointer[Conduct]) -> Fault:
    fault: Fault = NO_FAULT
    if conduct.strange >= STRANGE:
        fault = SSRC
    elif conduct.jumps >= FEW:
        fault = SEQUENCE
    elif conduct.backs >= FEW:
        fault = TIMESTAMPS
    elif conduct.loud >= LOUD_TICKS:
        fault = FULL_SCALE
    elif not conduct.spoke and conduct.hushed >= HUSHED and conduct.ticks >= MINUTE:
        fault = DTX
    return fault
