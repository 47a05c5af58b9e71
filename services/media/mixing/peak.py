"""How high a sound goes between its samples (ITU-R BS.1770-4 annex 2), for blocks of 16 samples.

Theory. Four filters of twelve taps give the points at 1/8, 3/8, 5/8 and 7/8 of the way from one sample to the next. The
last two are the first two read backwards, so with the sums `s` and differences `d` of mirrored samples each pair is
E + O and E - O, and the higher of the two is |E| + |O|: half the work. Behind a filter nothing is higher than REACH
times what is under it: a block far enough below the ceiling needs no look between its samples.
"""

import numpy as np

from .frame import Float

BLOCK = 16
"""Samples that are looked at together; a gain has one value at the end of each."""

TAPS = 12
HALF = TAPS // 2
BEFORE = HALF - 1
"""Samples that must be known before the first one that is asked about; behind the last one HALF."""

_ROWS = (
    (14, 90, -161, 272, -487, 1125, 7964, -838, 390, -218, 122, -68),
    (-239, 240, -424, 730, -1364, 3810, 6388, -1641, 832, -477, 271, -155),
)
FILTERS = np.array(_ROWS, np.float32) / np.float32(8192)
"""Of the points at 7/8 and 5/8; 1/8 and 3/8 are these read backwards."""

SUMS: Float = (FILTERS[:, :HALF] + FILTERS[:, : HALF - 1 : -1]) * np.float32(0.5)
DIFFERENCES: Float = (FILTERS[:, :HALF] - FILTERS[:, : HALF - 1 : -1]) * np.float32(0.5)
REACH = 2.03
"""Above what the taps of any filter add up to without their signs."""


def peaks(line: Float) -> Float:
    """The highest point of each block, up to the sample behind it. `line` has BEFORE samples before the first block and
    HALF behind the last.
    """
    many = len(line) - TAPS + 1
    highest = np.abs(line[BEFORE : BEFORE + many])
    for sums, differences in zip(SUMS, DIFFERENCES, strict=True):
        np.maximum(highest, _pair(line, many, sums, differences), out=highest)
    blocks: Float = highest.reshape(-1, BLOCK).max(axis=1)
    return blocks


def _pair(line: Float, many: int, sums: Float, differences: Float) -> Float:
    """The higher one of two mirrored points."""
    even: Float = np.zeros(many, np.float32)
    odd: Float = np.zeros(many, np.float32)
    for tap in range(HALF):
        near, far = line[tap : tap + many], line[TAPS - 1 - tap : TAPS - 1 - tap + many]
        even += (near + far) * sums[tap]
        odd += (near - far) * differences[tap]
    higher: Float = np.abs(even) + np.abs(odd)
    return higher
