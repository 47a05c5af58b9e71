"""The highest point of a mix, between its samples too, since somebody asked last."""

import math

import numpy as np

from .frame import Float
from .level import FLOOR
from .peak import TAPS, peaks


def decibels(peak: float) -> float:
    """A peak in dBFS or dBTP."""
    return max(FLOOR, 20.0 * math.log10(peak)) if peak > 0.0 else FLOOR


class TruePeak:
    """Of one mix, of one channel or several."""

    def __init__(self, channels: int = 1) -> None:
        self._past: Float = np.zeros((channels, TAPS - 1), np.float32)
        self._highest = 0.0

    def hear(self, frame: Float) -> None:
        """Take the next 960 samples, or as many for each channel."""
        line = np.concatenate((self._past, frame.reshape(len(self._past), -1)), axis=1)
        self._past = line[:, 1 - TAPS :]
        self._highest = max(self._highest, *(float(peaks(channel).max()) for channel in line))

    def take(self) -> float:
        """The highest since the last time, in dBTP."""
        highest, self._highest = self._highest, 0.0
        return decibels(highest)
