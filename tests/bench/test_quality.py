"""Is speed paid for with quality? What a speaker hears by our encode (CELT, complexity 5), and the same mix coded as
hybrid VOIP of complexity 10 at the same bit rate, both against the mix itself: PESQ, wide band (ITU-T P.862.2).
"""

import statistics
from itertools import combinations

import numpy as np
import pytest

from services.media.mixing.frame import RATE, Float
from services.media.mixing.opus import LOWDELAY, VOIP, Decoder, Encoder
from services.media.mixing.stage import BITRATE
from tests.bench.report import Figure, write
from tests.unit.media.mixing.sounds import frames, speech

SPEAKERS = ("allison", "austen", "carlo", "june")
SECONDS = 8.0
BITRATES = (32_000, 48_000, BITRATE)
WIDE = 16_000
WORSE = 0.1
"""What the faster one may be below the other."""


def mixes() -> list[Float]:
    """Each of them alone, and any two at a time."""
    alone = [speech(name, SECONDS) for name in SPEAKERS]
    return [*alone, *(one + other for one, other in combinations(alone, 2))]


def coded(sound: Float, encoder: Encoder) -> Float:
    """What comes out at the other end."""
    decoder = Decoder()
    return np.concatenate([decoder.decode(encoder.encode(frame)).copy() for frame in frames(sound)])


def narrowed(sound: Float) -> Float:
    """At 16 kHz, with nothing above 8."""
    spectrum = np.fft.rfft(sound)[: len(sound) * WIDE // RATE // 2 + 1]
    narrow: Float = (np.fft.irfft(spectrum) * WIDE / RATE).astype(np.float32)
    return narrow


def test_our_encode_is_heard_as_well_as_the_slow_one() -> None:
    pesq = pytest.importorskip("pesq", reason="`make bench` installs it")

    def score(sound: Float, application: int, complexity: int, bitrate: int) -> float:
        made = narrowed(coded(sound, Encoder(application, bitrate, complexity, 0)))
        return float(pesq.pesq(WIDE, narrowed(sound)[: len(made)], made, "wb"))

    figures = []
    for bitrate in BITRATES:
        ours, theirs = (
            statistics.mean(score(sound, application, complexity, bitrate) for sound in mixes())
            for application, complexity in ((LOWDELAY, 5), (VOIP, 10))
        )
        bar = WORSE if bitrate == BITRATE else None
        figures.append(
            Figure(
                name=f"PESQ-WB of the mix at {bitrate // 1000} kbit/s, CELT 5 beside VOIP 10: how much lower",
                value=ours,
                unit="MOS",
                yardstick=theirs,
                ratio=theirs - ours,
                bar=bar,
                holds=None if bar is None else theirs - ours <= bar,
            )
        )
    write("quality", figures)
