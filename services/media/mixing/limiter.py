"""A look-ahead limiter that lets no peak through, whose gain is computed once for each block of 16 samples.

Theory. For each block the gain that would be enough is `ceiling / peak`, the peak also between samples (peak.py). From
that, block by block:

    hold      the minimum of the last LOOKAHEAD + 1
    release   that, or RISE above the one before, whichever is lower
    attack    the mean of the last LOOKAHEAD of those: a corner of the gain

Between corners the gain is a straight line. Each of the values under the means at both ends of a block has seen the
block, which leaves LOOKAHEAD blocks late: so the gain is enough for it all along, and no sample exceeds the ceiling.
While nothing comes near the ceiling sound passes as it is, only delayed. Channels share one gain, so that none wanders.
"""

import numpy as np
from numpy.typing import NDArray

from .frame import TICK, Float
from .peak import BEFORE, BLOCK, HALF, REACH, peaks

CEILING = 10 ** (-1.5 / 20)
"""-1.5 dBTP."""

LOOKAHEAD = 8
"""Blocks, a power of two."""

RISE = BLOCK / 9_600
"""For each block: a 6 dB reduction is gone after 100 ms."""

DELAY = LOOKAHEAD * BLOCK + HALF
"""Samples that the output is late: 2.79 ms."""

NEAR = CEILING / REACH
"""Below this no point between samples can reach the ceiling."""

CORNERS = TICK // BLOCK
_WAY = np.arange(1, BLOCK + 1, dtype=np.float32)


class Limiter:
    """The limiter of one mix, of one channel or several. What comes out is DELAY samples late; it begins with that much
    silence. A copy goes on from where this one is: no array that it keeps is ever written to again.
    """

    def __init__(self, channels: int = 1) -> None:
        self._past: Float = np.zeros((channels, DELAY), np.float32)
        self._enough = np.ones(LOOKAHEAD)
        self._held = np.ones(LOOKAHEAD)
        self._free = True

    @property
    def at_rest(self) -> bool:
        """True while soft blocks take the short way."""
        return self._free

    @property
    def gain(self) -> float:
        """At the end of the last frame; 1.0 when nothing is limited."""
        return float(self._held[-1])

    def limit(self, frame: Float) -> Float:
        """Take 960 samples, or as many for each channel, and give as many."""
        line = np.concatenate((self._past, frame.reshape(-1, TICK)), axis=1)
        self._past = line[:, TICK:]
        fresh = line[:, DELAY - HALF - BEFORE :]
        if self._free and float(np.abs(fresh).max()) < NEAR:
            return line[:, :TICK].reshape(frame.shape)
        peak = np.maximum.reduce([peaks(channel) for channel in fresh])
        return (line[:, :TICK] * self._gain(peak)).reshape(frame.shape)

    def _gain(self, peak: Float) -> Float:
        enough = np.concatenate((self._enough, CEILING / np.maximum(peak.astype(np.float64), CEILING)))
        held = np.concatenate((self._held, _released(_lowest(enough), float(self._held[-1]))))
        self._enough, self._held = enough[-LOOKAHEAD:], held[-LOOKAHEAD:]
        self._free = bool(self._held.min() == 1.0 and self._enough.min() == 1.0)
        corners = _mean(held).astype(np.float32)
        steps = (corners[1:] - corners[:-1]) * np.float32(1.0 / BLOCK)
        gain: Float = (corners[:-1, None] + steps[:, None] * _WAY).reshape(-1)
        return gain


def _lowest(enough: NDArray[np.float64]) -> NDArray[np.float64]:
    """The minimum of each LOOKAHEAD + 1 neighbours."""
    lowest: NDArray[np.float64] = np.minimum.reduce([enough[at : at + CORNERS] for at in range(LOOKAHEAD + 1)])
    return lowest


def _released(lowest: NDArray[np.float64], gain: float) -> list[float]:
    held = []
    for one in lowest.tolist():
        gain = min(one, gain + RISE)
        held.append(gain)
    return held


def _mean(held: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of each LOOKAHEAD neighbours, added from the first to the last."""
    total = held[: CORNERS + 1]
    for at in range(1, LOOKAHEAD):
        total = total + held[at : at + CORNERS + 1]
    return total / LOOKAHEAD
