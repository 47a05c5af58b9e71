"""How loud people find one source, roughly: without a filter, for a tenth of what K-weighting costs.

Theory. The power behind a filter is a sum over the sound's autocorrelation. For what K does to speech above 150 Hz two
places of it are enough, of the sound at a quarter of its rate: 0 and 1 samples apart. Taking the mean away stands for
the filter against rumble. Speech reads within half a decibel of what loudness.py says.
"""

import numpy as np

from .frame import TICK, Float

QUARTER = TICK // 4
LANES = 8
FEWER = QUARTER - LANES
SAME, NEXT = 2.8916 / 16 / QUARTER, -1.9183 / 16 / FEWER
"""What the two places count; 16 is what sums of four samples add to the power."""


def weigh(frame: Float) -> float:
    """The K-weighted mean square of 20 ms; `lufs` of loudness.py makes LUFS of it."""
    fours = frame.reshape(QUARTER, 4)
    sums = (fours[:, 0] + fours[:, 1]) + (fours[:, 2] + fours[:, 3])
    sums = sums - np.float32(_added(sums) / QUARTER)
    power = SAME * _added(sums * sums) + NEXT * _added(sums[:FEWER] * sums[1 : FEWER + 1])
    return max(0.0, power)


def _added(line: Float) -> float:
    """In eight lanes of float32, the lanes in double, each from the first to the last."""
    total = 0.0
    for lane in np.add.reduce(line.reshape(-1, LANES), axis=0).tolist():
        total += lane
    return total
