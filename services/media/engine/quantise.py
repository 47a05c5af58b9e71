"""Float to int16, once, at the very end. The twin of mixing/quantise.py."""

import cython
from cython.cimports.services.media.engine.frame import TICK


def quantise(frame: cython.pointer[cython.const[cython.float]], out: cython.p_short, apart: cython.int) -> cython.void:
    """Nearest step, ties to even; full scale and beyond saturate at 32,767 and -32,768. Into every `apart`-th place."""
    even: cython.float = 12_582_912.0
    step: cython.float
    number: cython.int
    for number in range(TICK):
        step = frame[number] * cython.cast(cython.float, 32_768.0)
        step = max(cython.cast(cython.float, -32768.0), step)
        step = min(cython.cast(cython.float, 32767.0), step)
        out[number * apart] = cython.cast(cython.short, cython.cast(cython.int, (step + even) - even))
