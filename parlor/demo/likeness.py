"""Is this voice in that recording, and where? Normalised cross-correlation that survives a codec, a mix and a gain.

Both signals are cut to 150-3800 Hz and flattened, that is, divided by their own long-term spectrum: what is left of a
voice is when what changes, and neither an equaliser nor a bed of music under it makes two voices alike. Then:

1. One correlation over everything finds the lag: which sample of the voice as sent is heard at sample 0.
2. The recording is cut into windows of 2 s. Where the voice was speaking, each window looks for its own best lag within
   half a second of the first, and gives one coefficient between 0 and 1. Its square is the share of the power there, in
   that band, that is this voice and nothing else.

0.9 and more is a voice alone, through Opus, the mixer and MP3; 0.7 is two equally loud at once; a voice that is not
there stays below 0.12, and one that leaks through 20 dB too low shows as 0.2 to 0.3. Measured in
tests/unit/demo/test_likeness.py.
"""

from typing import TypeAlias

import msgspec
import numpy as np
from numpy.typing import NDArray

from parlor.demo.sound import RATE, Exact, Sound

Mask: TypeAlias = NDArray[np.bool_]

BAND = 16_000
LOW, HIGH = 150.0, 3_800.0
WINDOW = 2 * BAND
REACH = BAND // 2
SPEAKING = 0.4
"""A window counts when the voice was speaking in this share of it."""

LEAST = 0.3
"""A lag counts when this share of the energy that a stretch of the voice has on average lies in what both share: the
shorter it is, the more alike two strangers are by chance.
"""


class Window(msgspec.Struct, frozen=True):
    """Two seconds: where they begin in the recording (s), how alike (0..1), the lag there (s), how much was said."""

    begin: float
    likeness: float
    lag: float
    weight: float


class Likeness(msgspec.Struct, frozen=True):
    """`lag`: second of the voice that sounds at second 0 of the recording. No windows: it had nothing to say then."""

    lag: float
    windows: tuple[Window, ...]

    @property
    def typical(self) -> float:
        """The windows' mean, weighted by how much was said. For a voice that should be there."""
        total = sum(window.weight for window in self.windows)
        return sum(window.likeness * window.weight for window in self.windows) / total if total else 0.0

    @property
    def strongest(self) -> float:
        """The best window. For a voice that should not be there."""
        return max((window.likeness for window in self.windows), default=0.0)

    @property
    def where(self) -> float:
        """Second of the recording at which the best window begins."""
        return max(self.windows, key=lambda window: window.likeness, default=Window(0.0, 0.0, 0.0, 0.0)).begin


def compare(recording: Sound, voice: Sound) -> Likeness:
    """Look for all of `voice` as it was sent in `recording`; a second and a half of computing for a minute of voice."""
    heard, sent = flattened(recording), flattened(voice)
    lag = best_lag(heard, sent)
    stretch = shifted(sent, lag - REACH, len(heard) + 2 * REACH)
    talking = envelope(stretch) > 0.1 * np.percentile(envelope(sent), 99)
    windows = []
    for begin in range(0, len(heard) - WINDOW + 1, WINDOW):
        if np.mean(talking[begin + REACH : begin + REACH + WINDOW]) < SPEAKING:
            continue
        around = slice(begin, begin + WINDOW + 2 * REACH)
        windows.append(window(heard[begin : begin + WINDOW], stretch[around], talking[around], (begin, lag)))
    return Likeness(lag / BAND, tuple(windows))


def window(heard: Exact, around: Exact, talking: Mask, place: tuple[int, int]) -> Window:
    """Best lag and coefficient of one window; only moments at which the voice speaks are compared."""
    begin, lag = place
    found = np.fft.irfft(np.fft.rfft(around) * np.conj(np.fft.rfft(heard, len(around))), len(around))[: 2 * REACH + 1]
    energy = np.concatenate(([0.0], np.cumsum(np.square(around))))
    energy = energy[WINDOW:] - energy[:-WINDOW]
    shift = int(np.argmax(np.abs(found) / np.sqrt(energy + 1e-9 * energy.max() + 1e-12)))
    mask = talking[shift : shift + WINDOW]
    ours, theirs = around[shift : shift + WINDOW] * mask, heard * mask
    scale = float(np.sqrt(np.dot(ours, ours) * np.dot(theirs, theirs)))
    likeness = abs(float(np.dot(ours, theirs))) / scale if scale > 0 else 0.0
    return Window(begin / BAND, likeness, (lag + shift - REACH) / BAND, float(np.dot(ours, ours)))


def best_lag(heard: Exact, sent: Exact) -> int:
    """The lag, in samples of the band, at which the two are most alike over all that they share."""
    size = 1 << (len(heard) + len(sent)).bit_length()
    found = np.fft.irfft(np.fft.rfft(sent, size) * np.conj(np.fft.rfft(heard, size)), size)
    lags = np.arange(-len(heard) + 1, len(sent))
    energy = np.concatenate(([0.0], np.cumsum(np.square(sent))))
    shared = energy[np.clip(lags + len(heard), 0, len(sent))] - energy[np.clip(lags, 0, len(sent))]
    alike = np.abs(found[lags % size]) / np.sqrt(shared + 1e-12)
    alike[shared < LEAST * energy[-1] * min(1.0, len(heard) / len(sent))] = 0.0
    return int(lags[int(np.argmax(alike))])


def flattened(sound: Sound) -> Exact:
    """At 16 kHz, only the band, with a flat long-term spectrum; silence is added up to a whole second."""
    length = BAND * -(-len(sound) // RATE)
    spectrum = np.fft.rfft(sound.astype(np.float64), length * (RATE // BAND))[: length // 2 + 1]
    hertz = np.arange(len(spectrum)) * (BAND / length)
    power = smooth(np.abs(spectrum) ** 2, max(1, round(60.0 * length / BAND)))
    spectrum /= np.sqrt(power + 1e-3 * power.max() + 1e-30)
    spectrum[(hertz < LOW) | (hertz > HIGH)] = 0.0
    return np.asarray(np.fft.irfft(spectrum, length))


def smooth(values: Exact, width: int) -> Exact:
    """Running mean of this many neighbours; the ends are held."""
    left = width // 2
    padded = np.concatenate(([0.0], np.cumsum(np.pad(values, (left, width - 1 - left), mode="edge"))))
    return np.asarray((padded[width:] - padded[:-width]) / width)


def envelope(sound: Exact) -> Exact:
    """RMS over 20 ms around each sample."""
    return np.sqrt(np.maximum(smooth(np.square(sound), BAND // 50), 0.0))


def shifted(sound: Exact, begin: int, length: int) -> Exact:
    """`length` samples from `begin` on, silence where there are none."""
    out = np.zeros(length)
    first, last = max(0, begin), min(len(sound), begin + length)
    if last > first:
        out[first - begin : last - begin] = sound[first:last]
    return out
