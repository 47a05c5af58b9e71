"""How loud, and whether that is talk."""

import math

import numpy as np

from .frame import Float

FLOOR = -120.0
"""dBFS of silence."""

ENTER, LEAVE = -42.0, -50.0
ENTER_TICKS, LEAVE_TICKS = 5, 50


LANES = 8


def dbfs(frame: Float) -> float:
    """RMS against a full-scale square wave: a full-scale sine is -3.01 dBFS. Silence is -120, what is no sound NaN.

    The squares are added in eight lanes of float32, the lanes in double, each from the first to the last: an order that
    every processor can keep. Of several channels it is the mean power.
    """
    power = 0.0
    for lane in np.add.reduce((frame * frame).reshape(-1, LANES), axis=0).tolist():
        power += lane
    power /= frame.size
    if power == 0.0:
        return FLOOR
    return max(FLOOR, 10.0 * math.log10(power)) if power > 0.0 else power


class TalkDetector:
    """Enters fast (100 ms above -42 dBFS), leaves slowly (1 s below -50 dBFS), so that a breath is no ending."""

    def __init__(self) -> None:
        self.talking = False
        self._run = 0

    def update(self, level: float) -> bool:
        """Take one frame's level; True when `talking` changed."""
        against = level < LEAVE if self.talking else level > ENTER
        self._run = self._run + 1 if against else 0
        if self._run < (LEAVE_TICKS if self.talking else ENTER_TICKS):
            return False
        return self._turn()

    def hush(self) -> bool:
        """They can't be heard any more: True when that ended their talking."""
        return self._turn() if self.talking else False

    def _turn(self) -> bool:
        self.talking = not self.talking
        self._run = 0
        return True
