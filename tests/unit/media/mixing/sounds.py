"""Sounds that tests put in and look for."""

import math
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import av
import numpy as np

from services.media.mixing.frame import RATE, TICK, Float
from services.media.mixing.opus import Encoder
from services.media.mixing.rtp import Packet

SPEECH = Path(__file__).parents[3] / "fixtures/speech"


def tone(hertz: float, seconds: float, peak: float = 0.5) -> Float:
    """A sine that begins at 0."""
    when = np.arange(round(seconds * RATE)) / RATE
    return (peak * np.sin(2 * np.pi * hertz * when)).astype(np.float32)


@cache
def speech(name: str, seconds: float) -> Float:
    """Somebody of tests/fixtures/speech, again from the beginning as often as it takes."""
    with av.open(str(SPEECH / f"{name}.opus")) as opened:
        resampler = av.AudioResampler("flt", "mono", RATE)
        made = [one.to_ndarray()[0] for frame in opened.decode(audio=0) for one in resampler.resample(frame)]
    sound = np.concatenate(made).astype(np.float32)
    return np.resize(sound, round(seconds * RATE))


def frames(sound: Float) -> list[Float]:
    """Cut into ticks; what does not fill one is left out."""
    return [sound[at : at + TICK] for at in range(0, len(sound) - TICK + 1, TICK)]


def strength(sound: Float, hertz: float) -> float:
    """Peak of the sine of this frequency in it."""
    when = np.arange(len(sound)) / RATE
    return float(2 * abs(np.dot(sound, np.exp(-2j * math.pi * hertz * when))) / len(sound))


def packets(sound: Float, ssrc: int = 1, sequence: int = 0, encoder: Encoder | None = None) -> Iterator[Packet]:
    """One packet per tick."""
    encoder = encoder or Encoder()
    for n, frame in enumerate(frames(sound)):
        number = (sequence + n) % (1 << 16)
        yield Packet(111, number, n * TICK, ssrc, encoder.encode(frame))
