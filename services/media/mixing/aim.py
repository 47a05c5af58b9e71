"""Brings the programme to the loudness that its room asks for, ahead of the limiter, and has its meters.

Theory. Of the last 3 s what counts are the tenths of a second above -50 LUFS and no more than 10 LU below the mean of
those; one second of them must be there. While the present tenth is one of them the gain goes toward the target by 3 %
of what is missing, at most 0.1 dB up and 0.3 dB down: slower than the 3 s which it looks at, so it does not swing.
"""

import numpy as np

from .frame import TICK, Float
from .loudness import SHORT, Loudness, lufs
from .truepeak import TruePeak

ECHO = -14.0
"""LUFS that a smart speaker expects."""

MOST = 12.0
"""Decibels, up or down."""

GATE, BELOW = -50.0, 10.0
ENOUGH = 10
PULL = 0.03
UP, DOWN = 0.1, 0.3
NEAR = 0.3
_COUNT = np.arange(1, TICK + 1, dtype=np.float32)
_EACH = np.float32(1.0 / TICK)


class Aim:
    """One programme's. `target` in LUFS; None leaves it as it is, and only measures."""

    def __init__(self, target: float | None = None, channels: int = 1) -> None:
        self.target = target
        self.gain = 0.0
        self.loudness = Loudness(channels)
        self.peak = TruePeak(channels)
        self._now = self._next = np.float32(1.0)

    def apply(self, total: Float) -> Float:
        """The sum under its gain."""
        before, after = self._now, self._next
        self._now = after
        if before == after:
            return total if after == 1.0 else total * after
        under: Float = total * (before + ((after - before) * _EACH) * _COUNT)
        return under

    def hear(self, out: Float) -> None:
        """Measure what became of it, behind the limiter."""
        self.peak.hear(out)
        if self.loudness.hear(out):
            self._move()

    def _move(self) -> None:
        if self.target is None:
            self.gain = 0.0
        else:
            loudness = _talk(self.loudness.recent)
            away = 0.0 if loudness is None else self.target - loudness
            if abs(away) > NEAR:
                step = min(UP, max(-DOWN, away * PULL))
                self.gain = min(MOST, max(-MOST, self.gain + step))
        self._next = np.float32(10.0 ** (self.gain / 20.0))


def _talk(recent: list[float]) -> float | None:
    """Loudness of what is no pause; None in a pause, or when too little was heard."""
    many, total = _above(recent, GATE)
    if many < ENOUGH:
        return None
    gate = max(GATE, lufs(total / many) - BELOW)
    many, total = _above(recent, gate)
    return lufs(total / many) if lufs(recent[SHORT - 1]) > gate else None


def _above(recent: list[float], gate: float) -> tuple[int, float]:
    many, total = 0, 0.0
    for power in recent:
        if lufs(power) > gate:
            many += 1
            total += power
    return many, total
