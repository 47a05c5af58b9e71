"""What the demo's measurements share: float samples at 48 kHz, full scale 1.0, one channel."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

RATE = 48_000

Sound: TypeAlias = NDArray[np.float32]
Exact: TypeAlias = NDArray[np.float64]

SILENT = -120.0
"""dBFS of nothing at all."""


def seconds(samples: float) -> float:
    """How long so many samples last."""
    return samples / RATE


def decibels(amplitude: float) -> float:
    """An amplitude in dBFS, never below SILENT."""
    return float(20 * np.log10(max(amplitude, 1e-6)))


def levels(sound: Sound, frame: int) -> Exact:
    """RMS of each whole frame in dBFS."""
    count = len(sound) // frame
    power = np.mean(np.square(sound[: count * frame].reshape(count, frame), dtype=np.float64), axis=1)
    return np.asarray(10 * np.log10(np.maximum(power, 1e-12)))
