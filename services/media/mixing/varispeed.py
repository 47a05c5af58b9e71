"""Sound a little faster or slower, as smoothly as it came: how one clock is made to follow another.

Theory. A windowed sinc of 32 taps interpolates between samples; over the way from one sample to the next each tap is a
polynomial of the fifth degree (Farrow's structure), so six plain convolutions give any place between. Up to 18 kHz
what comes out differs from the ideal by less than -70 dB. (One product of matrices would be less to write, but BLAS
then waits for threads of its own: fifty times slower on a busy machine.)
"""

import numpy as np
from numpy.typing import NDArray

from .frame import Float

TAPS = 32
BEFORE = TAPS // 2 - 1
"""Samples that it is late, and needs of what came before."""

DEGREE = 5
BETA = 8.0


def _branches() -> NDArray[np.float32]:
    """For each power of the way between two samples, highest first: what it adds to each tap."""
    way = (1 - np.cos(np.pi * (np.arange(64) + 0.5) / 64)) / 2
    places = np.arange(TAPS)[None, :] - BEFORE - way[:, None]
    window = np.i0(BETA * np.sqrt(np.clip(1 - (places / (TAPS / 2)) ** 2, 0, None))) / np.i0(BETA)
    branches: NDArray[np.float32] = np.polyfit(way, np.sinc(places) * window, DEGREE).astype(np.float32)
    return branches


BRANCHES = _branches()


class Varispeed:
    """One sound of several channels. Keeps the last samples between calls."""

    def __init__(self, channels: int) -> None:
        self._held: Float = np.zeros((channels, TAPS - 1), np.float32)
        self._at = 0.0

    def turn(self, sound: Float, ratio: float) -> Float:
        """The next samples, channels by samples, `ratio` (near 1) times as fast: above 1 fewer come out than go in."""
        held = np.concatenate((self._held, sound), axis=1)
        places = held.shape[1] - TAPS + 1
        count = max(0, int(np.ceil((places - self._at) / ratio)))
        at = self._at + ratio * np.arange(count + 1)
        if count and at[count - 1] >= places:
            count -= 1
        whole = at[:count].astype(np.int64)
        way = (at[:count] - whole).astype(np.float32)
        made = np.stack([_between(channel, whole, way) for channel in held]) if count else held[:, :0]
        used = min(int(at[count]), places)
        self._held, self._at = held[:, used:].copy(), float(at[count]) - used
        return made


def _between(channel: Float, whole: NDArray[np.int64], way: Float) -> Float:
    made: Float = np.zeros(len(whole), np.float32)
    for branch in BRANCHES:
        made *= way
        made += np.correlate(channel, branch, "valid")[whole]
    return made
