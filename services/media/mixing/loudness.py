"""How loud people find a mix (ITU-R BS.1770-4, EBU R128): over 400 ms, over 3 s, and all of it that was not silence.

Theory. Two filters weigh as a head and ears do (K). The mean square of what they let through, over the channels, is
taken each 100 ms. `integrated` is the mean of all stretches of 400 ms, four of which begin in each 400 ms, that are
above -70 LUFS and no more than 10 LU below the mean of those; stretches are kept by tenths of a decibel, so that a
programme of a week takes no more memory than one of a minute.
"""

import math
from collections import deque

import numpy as np

from .frame import Float

FLOOR = -120.0
"""LUFS of silence."""

SHELF = (1.53512485958697, -2.69169618940638, 1.19839281085285, -1.69065929318241, 0.73248077421585)
"""b0, b1, b2, a1, a2 at 48 kHz."""

PASS = (-1.99004745483398, 0.99007225036621)
"""a1, a2; b is 1, -2, 1."""

TICKS = 5
"""In 100 ms."""

SAMPLES = 4_800
MOMENTARY, SHORT = 4, 30
GATE, BELOW = -70.0, 10.0
EACH = 10
BINS = 1_000
TINY = 1e-30
"""What is nothing, before numbers become so small that processors are slow with them."""


def lufs(power: float) -> float:
    """Of a K-weighted mean square."""
    if power <= 0.0:
        return FLOOR
    return max(FLOOR, -0.691 + 10.0 * math.log10(power))


def bin_of(loudness: float) -> int:
    """Which tenth of a decibel above GATE."""
    return max(0, min(BINS - 1, int((loudness - GATE) * EACH)))


class Loudness:
    """Of one mix, from its first sample on. LUFS."""

    def __init__(self, channels: int = 1) -> None:
        self._states = [[0.0] * 6 for _ in range(channels)]
        self._power = 0.0
        self._ticks = 0
        self._recent: deque[float] = deque([0.0] * SHORT, SHORT)
        self._many = 0
        self._counts = np.zeros(BINS, np.int64)
        self._sums = np.zeros(BINS)

    @property
    def recent(self) -> list[float]:
        """K-weighted mean squares of the last SHORT tenths of a second, the newest last."""
        return list(self._recent)

    @property
    def momentary(self) -> float:
        """Over the last 400 ms; silence before the first sample."""
        return lufs(self._last(MOMENTARY))

    @property
    def short(self) -> float:
        """Over the last 3 s; silence before the first sample."""
        return lufs(self._last(SHORT))

    @property
    def integrated(self) -> float:
        """Of all of it."""
        count, total = self._above(0)
        if count == 0:
            return FLOOR
        count, total = self._above(bin_of(lufs(total / count) - BELOW))
        return lufs(total / count)

    def hear(self, frame: Float) -> bool:
        """Take 960 samples, or as many for each channel; True with the last tick of 100 ms."""
        for channel, state in zip(frame.reshape(len(self._states), -1), self._states, strict=True):
            self._power += weighted(channel, state)
        self._ticks += 1
        if self._ticks < TICKS:
            return False
        self._recent.append(self._power / SAMPLES)
        self._power, self._ticks = 0.0, 0
        self._many += 1
        if self._many >= MOMENTARY:
            self._keep(self._last(MOMENTARY))
        return True

    def _last(self, many: int) -> float:
        total = 0.0
        for at in range(SHORT - many, SHORT):
            total += self._recent[at]
        return total / many

    def _keep(self, power: float) -> None:
        loudness = lufs(power)
        if loudness >= GATE:
            self._counts[bin_of(loudness)] += 1
            self._sums[bin_of(loudness)] += power

    def _above(self, first: int) -> tuple[int, float]:
        total = 0.0
        for one in self._sums[first:].tolist():
            total += one
        return int(self._counts[first:].sum()), total


def weighted(sound: Float, state: list[float]) -> float:
    """The sum of squares behind both filters, whose past is `state`: x, x before that, y, y before, z, z before."""
    b0, b1, b2, a1, a2 = SHELF
    c1, c2 = PASS
    x1, x2, y1, y2, z1, z2 = state
    power = 0.0
    for x in sound.tolist():
        y = b0 * x + b1 * x1 + b2 * x2 - a2 * y2 - a1 * y1
        z = y - 2.0 * y1 + y2 - c2 * z2 - c1 * z1
        power += z * z
        x2, x1, y2, y1, z2, z1 = x1, x, y1, y, z1, z
    still = abs(y1) < TINY and abs(z1) < TINY
    state[:] = [0.0] * 6 if still else [x1, x2, y1, y2, z1, z2]
    return power
