"""What a speaker hears is everybody but themselves: how much of their own voice is left in it, and how late all is.

*Alone.* While one talks and nobody else does, what they hear ought to be nothing. It is compared, in power, with what
somebody else hears of them at the same time.

*With all talking* their own voice has to be found under the others'. Where it would lie is known: the mixer makes what
both hear in the same tick, so it would lie where the other one hears it. There, 256 filter taps are fitted to the
recording (least squares): whatever of their voice is in it, through whatever gain, delay of a few milliseconds or
colour, is in the fitted part, whose power is compared with that of the same voice in the other's ear. Something is
fitted to any recording by chance: -40 dB for what is measured here, so that nothing is seen below that.
"""

from collections.abc import Iterator, Sequence

import msgspec
import numpy as np

from parlor.demo.earshot import Ear
from parlor.demo.gaps import SURE
from parlor.demo.likeness import Likeness, Window, compare
from parlor.demo.sound import RATE, SILENT, Exact, Sound

TAPS = 256
SECONDS = 2.0
TICK_S = 0.020
RIDGE = 1e-5
"""Of the voice's power: its spectrum is empty above some kHz, and there nothing can be fitted."""


class Speech(msgspec.Struct, frozen=True):
    """What somebody said, and the monotonic time of its first sample, or of its first packet's departure."""

    sound: Sound
    begin: float


class Found(msgspec.Struct, frozen=True):
    """A speaker in two pairs of ears: in the other's, `likeness` and `delays` (seconds, one for each packet); `own` is
    how much is in their own, in dB.
    """

    likeness: Likeness
    delays: tuple[float, ...]
    own: float


def find(said: Speech, own: Ear, other: Ear, since: float) -> Found:
    """Look for the voice where it should be, and where it should not; for `own`, since all talk (monotonic)."""
    likeness = compare(other.sound, said.sound)
    among = [each for each in likeness.windows if each.likeness > SURE and other.begin + each.begin >= since]
    return Found(likeness, tuple(delays(said, other, likeness)), left(said, own, other, among))


def delays(said: Speech, ear: Ear, likeness: Likeness) -> Iterator[float]:
    """From leaving the mouth to reaching the ear, for each packet in which the voice was surely found: what the codecs,
    the mixer and the network take of time.
    """
    per_window = max(1, round(SECONDS * 50))
    for window in likeness.windows:
        if window.likeness > SURE:
            first = round(window.begin * 50)
            base = ear.begin - said.begin - window.lag
            yield from (base + late for late in ear.late[first : first + per_window])


def left(said: Speech, own: Ear, other: Ear, windows: Sequence[Window]) -> float:
    """How much of a voice is in one's own ear, in dB of what is in the other's; SILENT when it was nowhere found."""
    same = other.begin + round((own.begin - other.begin) / TICK_S) * TICK_S
    own = msgspec.structs.replace(own, begin=same)  # both are made in the same ticks, whenever they arrive
    correlation, cross, power = np.zeros(TAPS), np.zeros(TAPS), 0.0
    for window in windows:
        begin = other.begin + window.begin
        heard, reference = own.between(begin, begin + SECONDS), other.between(begin, begin + SECONDS)
        if len(heard) < TAPS:
            continue
        voice = stretch(said.sound, round((window.begin + window.lag) * RATE) - TAPS // 2, len(heard) + TAPS)
        correlation += correlated(voice[: len(heard)], voice)[:TAPS]
        cross += correlated(heard, voice)[:TAPS]
        power += float(np.sum(np.square(reference, dtype=np.float64)))
    if power <= 0.0:
        return SILENT
    return ratio(fitted(correlation, cross), power)


def alone(own: Sound, other: Sound) -> float:
    """All that one hears while nobody else talks, in dB of what the other hears."""
    return ratio(float(np.mean(np.square(own, dtype=np.float64))), float(np.mean(np.square(other, dtype=np.float64))))


def fitted(correlation: Exact, cross: Exact) -> float:
    """The power of what 256 taps explain."""
    lags = np.abs(np.subtract.outer(np.arange(TAPS), np.arange(TAPS)))
    matrix = correlation[lags] + RIDGE * correlation[0] * np.eye(TAPS)
    return float(np.dot(np.linalg.solve(matrix, cross), cross))


def correlated(short: Sound, long: Sound) -> Exact:
    """The sum of products at each shift of `short` along `long`."""
    size = 1 << len(long).bit_length()
    product = np.fft.rfft(long.astype(np.float64), size) * np.conj(np.fft.rfft(short.astype(np.float64), size))
    return np.asarray(np.fft.irfft(product, size))


def stretch(sound: Sound, begin: int, length: int) -> Sound:
    """`length` samples from `begin` on, silence where there are none."""
    out = np.zeros(length, np.float32)
    first, last = max(0, begin), min(len(sound), begin + length)
    if last > first:
        out[first - begin : last - begin] = sound[first:last]
    return out


def ratio(power: float, of: float) -> float:
    """In dB, never below SILENT."""
    return max(SILENT, float(10 * np.log10(max(power, 1e-30) / max(of, 1e-30))))
