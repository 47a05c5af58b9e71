"""How many packets should wait: room for the 95th percentile of how much later than the earliest one they come.

The part of mixing/jitter.py that measures.
"""

import cython
from cython.cimports.services.media.engine.sequence import elapsed

CAP = cython.declare(cython.int, 9_600)
EACH = cython.declare(cython.int, 10)
OUTLANDISH = cython.declare(cython.int, 48_000)


def forget(delay: cython.pointer[Delay]) -> cython.void:
    """The next packet begins anew; the target stays."""
    delay.clocked = 0
    delay.many = 0


def measure(
    delay: cython.pointer[Delay], timestamp: cython.uint, arrival: cython.longlong, span: cython.int
) -> cython.void:
    """A packet came; every tenth moves the target."""
    late: cython.longlong = 0
    if delay.clocked:
        late = (arrival - delay.arrival) - elapsed(timestamp, delay.timestamp)
        if late > OUTLANDISH or late < -OUTLANDISH:
            forget(delay)
    if not delay.clocked:
        delay.clocked = 1
        delay.arrival = arrival
        delay.timestamp = timestamp
        late = 0
    if delay.many == 0:
        delay.at = 0
    delay.history[delay.at] = cython.cast(cython.int, late)
    delay.at = (delay.at + 1) % HISTORY
    if delay.many < HISTORY:
        delay.many += 1
    delay.pushed += 1
    if delay.pushed % EACH == 0:
        _aim(delay, span)


def _aim(delay: cython.pointer[Delay], span: cython.int) -> cython.void:
    wanted: cython.int = 1 + (_percentile(delay) + span - 1) // span
    most: cython.int = CAP // span - 1
    most = max(1, most)
    delay.target = min(most, wanted)


def _percentile(delay: cython.pointer[Delay]) -> cython.int:
    """The delay that 5 in 100 reach, less the least: those few, kept in order, suffice."""
    few: cython.int[8]
    above: cython.int = delay.many - delay.many * 95 // 100
    kept: cython.int = 0
    least: cython.int = delay.history[0]
    number: cython.int
    at: cython.int
    for number in range(delay.many):
        least = min(least, delay.history[number])
        if kept == above and delay.history[number] <= few[kept - 1]:
            continue
        kept = kept + 1 if kept < above else kept
        at = kept - 1
        while at > 0 and few[at - 1] < delay.history[number]:
            few[at] = few[at - 1]
            at -= 1
        few[at] = delay.history[number]
    return few[above - 1] - least
