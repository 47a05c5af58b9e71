"""Sounds that tests put in and look for."""

import math
from collections.abc import Iterator

import numpy as np

from services.media.mixing.frame import RATE, TICK, Float
from services.media.mixing.opus import Encoder
from services.media.mixing.rtp import Packet


def tone(hertz: float, seconds: float, peak: float = 0.5) -> Float:
    """A sine that begins at 0."""
    when = np.arange(round(seconds * RATE)) / RATE
    return (peak * np.sin(2 * np.pi * hertz * when)).astype(np.float32)


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
