"""Programme loudness after ITU-R BS.1770-4 (LUFS, gated) and the highest sample.

K-weighting is applied in the frequency domain with the two filters' own response at 48 kHz (annex 1, tables 1 and 2),
so no sample-by-sample loop is needed.
"""

import msgspec
import numpy as np

from parlor.demo.sound import RATE, SILENT, Exact, Sound, decibels

SHELF = ((1.53512485958697, -2.69169618940638, 1.19839281085285), (1.0, -1.69065929318241, 0.73248077421585))
HIGH_PASS = ((1.0, -2.0, 1.0), (1.0, -1.99004745483398, 0.99007225036621))
BLOCK = RATE * 2 // 5
STEP = RATE // 10
ABSOLUTE, RELATIVE = -70.0, -10.0


class Loudness(msgspec.Struct, frozen=True):
    """Integrated loudness in LUFS, highest sample in dBFS, and the second at which that one is."""

    integrated: float
    peak: float
    loudest: float


def measure(sound: Sound) -> Loudness:
    """Of one channel. Shorter than a block (0.4 s) is SILENT."""
    at = int(np.argmax(np.abs(sound))) if len(sound) else 0
    peak = decibels(float(abs(sound[at]))) if len(sound) else SILENT
    return Loudness(integrated(sound), peak, at / RATE)


def integrated(sound: Sound) -> float:
    """Mean of the blocks that are above both gates, in LUFS."""
    if len(sound) < BLOCK:
        return SILENT
    energy = np.concatenate(([0.0], np.cumsum(np.square(weighted(sound)))))
    blocks = (energy[BLOCK::STEP] - energy[: len(energy) - BLOCK : STEP]) / BLOCK
    loud = blocks[lufs(blocks) > ABSOLUTE]
    if not len(loud):
        return SILENT
    kept = loud[lufs(loud) > float(lufs(np.asarray([loud.mean()]))[0]) + RELATIVE]
    return float(lufs(np.asarray([kept.mean()]))[0])


def lufs(power: Exact) -> Exact:
    """BS.1770's scale of a mean square."""
    return np.asarray(-0.691 + 10 * np.log10(np.maximum(power, 1e-12)))


def weighted(sound: Sound) -> Exact:
    """K-weighted samples."""
    size = len(sound)
    turn = np.exp(-2j * np.pi * np.fft.rfftfreq(size))
    gain = np.ones_like(turn)
    for above, below in (SHELF, HIGH_PASS):
        gain *= np.polyval(above[::-1], turn) / np.polyval(below[::-1], turn)
    return np.asarray(np.fft.irfft(np.fft.rfft(sound.astype(np.float64)) * gain, size))
