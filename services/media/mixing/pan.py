"""Where between left and right a voice is heard: the power is the same everywhere, and what moves does so in 10 ms.

Theory. Gains cos and sin of an angle from 0 (left) to a quarter turn (right): their squares add up to 1. In the middle
each side has 0.71 of it.
"""

import math

import numpy as np

from .frame import TICK, Float
from .ramp import Ramp


class Pan:
    """One voice's place. It begins in the middle."""

    def __init__(self) -> None:
        left, right = _gains(0.0)
        self._left, self._right = Ramp(gain=left), Ramp(gain=right)

    def apply(self, frame: Float, place: float) -> Float:
        """One channel as two, on its way to `place`, from -1 (left) to 1 (right)."""
        left, right = _gains(place)
        sides: Float = np.zeros((2, TICK), np.float32)
        for side, heard in enumerate((self._left.apply(frame, left), self._right.apply(frame, right))):
            if heard is not None:
                sides[side] = heard
        return sides


def _gains(place: float) -> tuple[float, float]:
    angle = (min(1.0, max(-1.0, place)) + 1.0) * (math.pi / 4)
    return math.cos(angle), math.sin(angle)
