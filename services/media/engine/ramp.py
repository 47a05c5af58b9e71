"""Nothing on a bus begins or ends with a step: a step is a click. The twin of mixing/ramp.py."""

import cython
from cython.cimports.services.media.engine.frame import TICK


def begin(ramp: cython.pointer[Ramp], rise: cython.int, fall: cython.int) -> cython.void:
    """At 0; `rise` samples from 0 to 1 and `fall` samples back."""
    pace(ramp, rise, fall)
    ramp.gain = 0.0


def pace(ramp: cython.pointer[Ramp], rise: cython.int, fall: cython.int) -> cython.void:
    """Move so fast from now on, from where it is."""
    ramp.rise = cython.cast(cython.float, 1.0 / rise)
    ramp.fall = cython.cast(cython.float, -1.0 / fall)


def move(ramp: cython.pointer[Ramp], target: cython.float) -> cython.void:
    """What a frame would do to it."""
    gain: cython.float = ramp.gain
    step: cython.float = ramp.rise if target > gain else ramp.fall
    if gain == target:
        return
    ramp.gain = gain + cython.cast(cython.float, TICK) * step
    if target > gain and ramp.gain > target:
        ramp.gain = target
    if target < gain and ramp.gain < target:
        ramp.gain = target


def apply(
    ramp: cython.pointer[Ramp],
    frame: cython.pointer[cython.const[cython.float]],
    target: cython.float,
    out: cython.p_float,
) -> Under:
    """The frame on its way to `target`: SILENT all of it, the SAME as it was, or RAMPED into `out`."""
    gain: cython.float = ramp.gain
    low: cython.float = min(gain, target)
    high: cython.float = max(target, gain)
    step: cython.float = ramp.rise if target > gain else ramp.fall
    at: cython.float
    number: cython.int
    if gain == target:
        if target == 0.0:
            return SILENT
        if target == 1.0:
            return SAME
        for number in range(TICK):
            out[number] = frame[number] * target
        return RAMPED
    for number in range(TICK):
        at = gain + cython.cast(cython.float, number + 1) * step
        at = max(low, at)
        at = min(high, at)
        out[number] = frame[number] * at
    move(ramp, target)
    return RAMPED


def under(
    ramp: cython.pointer[Ramp],
    frame: cython.pointer[cython.const[cython.float]],
    target: cython.float,
    out: cython.p_float,
) -> cython.pointer[cython.const[cython.float]]:
    """As `apply`: NULL when all of it is silent, the frame itself, or `out`."""
    how: Under = apply(ramp, frame, target, out)
    if how == SILENT:
        return cython.NULL
    return frame if how == SAME else out


def both(
    ramp: cython.pointer[Ramp],
    sides: cython.pointer[cython.const[cython.float]],
    target: cython.float,
    out: cython.p_float,
) -> cython.pointer[cython.const[cython.float]]:
    """As `under`, for two channels that move alike."""
    same: Ramp = ramp[0]
    apply(cython.address(same), sides, target, out)
    how: Under = apply(ramp, sides + TICK, target, out + TICK)
    if how == SILENT:
        return cython.NULL
    return sides if how == SAME else out
