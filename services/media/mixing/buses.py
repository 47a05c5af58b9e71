"""Sums. Float32, in the order in which they are given: the order is part of the result."""

from collections.abc import Sequence

import numpy as np

from .frame import SILENCE, Float


def programme(frames: Sequence[Float]) -> Float:
    """What the audience hears before the limiter: ((f0 + f1) + f2) + … The sum may exceed full scale."""
    if not frames:
        return SILENCE
    total = frames[0]
    for frame in frames[1:]:
        total = total + frame
    return total


def middle(sides: Float) -> Float:
    """Two channels as one; one as it is."""
    return sides if sides.ndim == 1 else np.multiply(sides[0] + sides[1], np.float32(0.5))


def mix_minus(total: Float, own: Float) -> Float:
    """What somebody on the stage hears: the programme without themselves.

    Rounding leaves at most 2^-23 of the programme's peak of them in it, about -138 dB.
    """
    return np.subtract(total, own)
