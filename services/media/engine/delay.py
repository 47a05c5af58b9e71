"""How many packets should wait: room for the 95th percentile of how much later than the earliest one they come.

The part of mixing/jitter.py that measures.
"""

import cython
from cython.cimports.services.media.engine.frame import TICK
from cython.cimports.services.media.engine.sequence import elapsed

CAP = cython.declare(cython.int, 9_600)
EACH = cython.declare(cython.int, 10)
SPAN_OF_HISTORY = cython.declare(cython.int, 96_000)
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
    before: cython.longlong = arrival % TICK  # rounds toward 0, as C does
    arrival = arrival - before + (TICK if before > 0 else 0)
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
    within: cython.int = SPAN_OF_HISTORY // span
    wanted: cython.int
    most: cython.int = CAP // span - 1
    within = min(within, HISTORY)
    within = max(within, EACH)
    wanted = 1 + (_percentile(delay, min(within, delay.many)) + span - 1) // span
    most = max(1, most)
    delay.target = min(most, wanted)


def _percentile(delay: cython.pointer[Delay], many: cython.int) -> cython.int:
    """The delay that 5 in 100 of the last so many reach, less the least: those few, kept in order, suffice."""
    few: cython.int[12]
    above: cython.int = many - many * 95 // 100
    kept: cython.int = 0
    first: cython.int = delay.at - many + HISTORY
    least: cython.int = delay.history[first % HISTORY]
    number: cython.int
    at: cython.int
    one: cython.int
    for number in range(many):
        one = delay.history[(first + number) % HISTORY]
        least = min(least, one)
        if kept == above and one <= few[kept - 1]:
            continue
        kept = kept + 1 if kept < above else kept
        at = kept - 1
        while at > 0 and few[at - 1] < one:
            few[at] = few[at - 1]
            at -= 1
        few[at] = one
    return few[above - 1] - least
