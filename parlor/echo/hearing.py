"""What was heard, and when: every piece of sound with the monotonic moment of its arrival, so that gaps show.

A speaker plays from a small buffer. It begins when the buffer is filled, and whenever it runs dry there is a gap that
lasts until more has come; after that everything is later by as much.
"""

import wave
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from libs.events.ids import Milliseconds

RATE = 48_000
PREBUFFER = 0.25
"""Seconds of sound that a speaker wants before it begins."""
NOTICED = 0.005
"""Seconds; less is no gap but the grain of frames."""


class Arrival(msgspec.Struct, frozen=True):
    """So many samples were there at that monotonic time, in seconds."""

    at: float
    samples: int


class Gap(msgspec.Struct, frozen=True):
    """Silence that nobody sent: after so much sound, for so long."""

    after: Milliseconds
    lasted: Milliseconds


class Playing(msgspec.Struct, frozen=True):
    """When sound began to come out, the gaps since, and when all that came is played."""

    begun: float
    gaps: tuple[Gap, ...]
    until: float


def played(arrivals: Sequence[Arrival], prebuffer: float = PREBUFFER) -> Playing | None:
    """What a speaker made of these arrivals; None while its buffer never filled."""
    total, begun = 0, None
    for arrival in arrivals:
        total += arrival.samples
        if total >= prebuffer * RATE:
            begun = arrival.at
            break
    if begun is None:
        return None
    return Playing(begun, *_gaps(arrivals, begun))


def _gaps(arrivals: Iterable[Arrival], begun: float) -> tuple[tuple[Gap, ...], float]:
    gaps: list[Gap] = []
    due, sent = begun, 0
    for arrival in arrivals:
        late = arrival.at - due
        if late > NOTICED:
            gaps.append(Gap(milliseconds(sent / RATE), milliseconds(late)))
            due = arrival.at
        due += arrival.samples / RATE
        sent += arrival.samples
    return tuple(gaps), due


class HeardAudio(msgspec.Struct, frozen=True, kw_only=True):
    """What came out of the speaker: 48 kHz, one channel, 16 bit. `first_audio_after` counts from the request that led
    to it; `ended` says why nothing more came, empty while it plays on.
    """

    samples: NDArray[np.int16]
    first_audio_after: Milliseconds
    gaps: tuple[Gap, ...]
    content_type: str
    kbits: float
    ended: str = ""

    @property
    def seconds(self) -> float:
        """How long it is."""
        return len(self.samples) / RATE

    @property
    def level(self) -> float:
        """RMS in dBFS; -120 for digital silence."""
        if not len(self.samples):
            return -120.0
        power = float(np.mean(np.square(self.samples.astype(np.float64) / 32_768)))
        return max(-120.0, 10 * float(np.log10(power))) if power else -120.0

    def write_wav(self, path: Path) -> None:
        """As a WAV file."""
        path.parent.mkdir(parents=True, exist_ok=True)
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE)
            file.writeframes(self.samples.astype("<i2", copy=False).tobytes())


def milliseconds(seconds: float) -> Milliseconds:
    """Rounded."""
    return Milliseconds(round(seconds * 1000))
