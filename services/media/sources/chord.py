"""A soft chord, for when there is nothing else to play."""

from collections.abc import Iterator

import numpy as np

from services.media.mixing.frame import RATE, TICK, Pcm

HERTZ = (110, 165, 220, 275)
"""An open chord whose frequencies all fit into 200 ms, so that it goes round without a seam."""

ROUND = 10
PEAK = 0.02


def chord() -> Iterator[Pcm]:
    """200 ms of it, to be repeated."""
    when = np.arange(ROUND * TICK) / RATE
    sound = sum((np.sin(2 * np.pi * hertz * when) for hertz in HERTZ), np.zeros(ROUND * TICK))
    steps = np.rint(sound * PEAK * 32_767).astype(np.int16)
    for at in range(0, len(steps), TICK):
        yield steps[at : at + TICK]
