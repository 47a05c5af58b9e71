"""A look-ahead limiter that lets no peak through and is only arithmetic on whole blocks.

Theory. For each sample the gain that would be enough is `ceiling / peak`; the peak is the larger of the sample and of
three points between it and the next (12-tap windowed sinc, in the manner of ITU-R BS.1770-4 annex 2). From that:

    hold      the minimum over the last LOOKAHEAD samples
    release   may rise by RELEASE a sample: min over k of (hold[k] + RELEASE * (n - k)), which is one running minimum
    attack    the mean over the last LOOKAHEAD samples of that

Each of the LOOKAHEAD values under the mean has seen the sample that now leaves, LOOKAHEAD - 1 samples late, so the
mean is enough for it: no sample exceeds the ceiling, and up to 20 kHz nothing between samples does by 0.3 dB.
While nothing comes near the ceiling a block passes as it is, only delayed.
"""

import numpy as np
from numpy.typing import NDArray

from .frame import TICK, Float

CEILING = 10 ** (-1.5 / 20)
"""-1.5 dBTP."""

LOOKAHEAD = 128
"""Samples, a power of two."""

RELEASE = 1.0 / 9_600
"""A 6 dB reduction is gone after 100 ms."""

TAPS = 12
HALF = TAPS // 2
DELAY = LOOKAHEAD - 1 + HALF
"""Samples that the output is late: 2.77 ms."""

NEAR = CEILING / 2
"""Below half of the ceiling no point between samples can reach it: the taps of a row add up to less than 2."""

ALMOST = 1.0 - 1e-12


def _interpolator() -> NDArray[np.float32]:
    """Columns for 1/4, 1/2 and 3/4 of the way between the two middle taps; unity at DC."""
    columns = []
    for way in (0.25, 0.5, 0.75):
        away = np.arange(TAPS) - (HALF - 1) - way
        inside = np.sqrt(np.maximum(0.0, 1.0 - (away / HALF) ** 2))
        column = np.sinc(away) * np.i0(5.0 * inside) / np.i0(5.0)
        columns.append(column / column.sum())
    return np.array(columns).T.astype(np.float32)


BETWEEN = _interpolator()
_SLOPE = RELEASE * np.arange(TICK + 1)


class Limiter:
    """The limiter of one mix. What comes out is DELAY samples late; it begins with that much silence. A copy goes on
    from where this one is: no array that it keeps is ever written to again.
    """

    def __init__(self) -> None:
        self._past = np.zeros(DELAY, np.float32)
        self._enough = np.ones(LOOKAHEAD - 1)
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
        """Take 960 samples, give 960 samples."""
        line = np.concatenate((self._past, frame))
        self._past = line[TICK:]
        if self._free and max(float(line.max()), -float(line.min())) < NEAR:
            return line[:TICK]
        return self._limited(line)

    def _limited(self, line: Float) -> Float:
        enough = np.concatenate((self._enough, _enough(line[DELAY - TAPS + 1 :])))
        self._enough = enough[TICK:]
        rising = np.concatenate((self._held[-1:], _lowest(enough))) - _SLOPE
        held = np.minimum.accumulate(rising) + _SLOPE
        held[held > ALMOST] = 1.0
        held = np.concatenate((self._held[:-1], held))
        self._held = held[TICK:]
        self._free = bool(self._held.min() == 1.0 and self._enough.min() == 1.0)
        summed = np.cumsum(held)
        gain = (summed[LOOKAHEAD:] - summed[:-LOOKAHEAD]) / LOOKAHEAD
        limited: Float = (line[:TICK] * gain).astype(np.float32)
        return limited


def _enough(line: Float) -> NDArray[np.float64]:
    """For 960 samples, of which the first has five before it and the last six behind it in `line`."""
    peak = np.abs(line[HALF - 1 : HALF - 1 + TICK])
    for column in BETWEEN.T:
        point = line[:TICK] * column[0]
        for tap in range(1, TAPS):
            point += line[tap : tap + TICK] * column[tap]
        np.maximum(peak, np.abs(point, out=point), out=peak)
    return CEILING / np.maximum(peak.astype(np.float64), CEILING)  # exactly 1.0 below the ceiling


def _lowest(enough: NDArray[np.float64]) -> NDArray[np.float64]:
    """The minimum of each LOOKAHEAD neighbours, by doubling."""
    span = 1
    while span < LOOKAHEAD:
        enough = np.minimum(enough[span:], enough[:-span])
        span *= 2
    return enough
