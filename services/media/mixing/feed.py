"""Sound that comes as samples, not as packets: from a stream's decoder, a recording, a programme of our own.

A tick takes 20 ms while so much lies there and begins with twice that, so that its first frame is not its last one.
The last frame before it runs dry fades out, 10 ms, and what comes after that fades in: a hole is no click. How deep it
should be kept, and what is done about a clock that is not ours, is for whoever plays into it.
"""

import math

import numpy as np

from .buses import middle
from .frame import TICK, Float
from .level import FLOOR, dbfs
from .ramp import Ramp

DEEP = 1 << 17
"""Samples that may lie here: 2.7 s."""


class Feed:
    """One source's samples, and how it sounds. `holes` counts how often it ran dry; to come to an end is no hole."""

    def __init__(self) -> None:
        self.level = FLOOR
        self.begun = False
        self.holes = 0
        self._channels = 0
        self._ready: Float = np.zeros((1, 0), np.float32)
        self._ended = self._playing = False
        self._fade = Ramp()

    @property
    def waiting(self) -> int:
        """Samples that lie there."""
        return len(self._ready[0])

    def play(self, sound: Float) -> int:
        """Put channels by samples, 1 or 2 channels, behind the others; how many there was room for. What comes first
        decides how many channels this feed has. 0 samples say that this was all.
        """
        self._channels = self._channels or len(sound)
        self._ended = sound.shape[1] == 0
        sound = sound[:, : DEEP - self.waiting]
        if self._channels == 2 and len(sound) == 1:
            sound = np.repeat(sound, 2, axis=0)
        elif self._channels < len(sound):
            sound = middle(sound)[None]
        self._ready = np.concatenate((self._ready, sound), axis=1) if self.waiting else sound
        return len(sound[0])

    def take(self) -> Float | None:
        """The next 20 ms, 2 by 960 of two channels; None when there is nothing to hear. Sets `level`, and `begun` once
        there was something.
        """
        self.level = FLOOR
        self.begun = self.begun or self.waiting > 0
        if self.waiting == 0 or not (self._playing or self._ended or self.waiting >= 2 * TICK):
            self._playing = False
            return None
        frame = self._read()
        self._playing = self.waiting >= TICK or (self._ended and self.waiting > 0)
        self.holes += not self._playing and not self._ended
        heard = self._fade.apply(frame, float(self._playing))
        if heard is None:
            return None
        level = dbfs(heard)
        if not math.isfinite(level):
            return np.zeros_like(heard)
        self.level = level
        return heard

    def _read(self) -> Float:
        line, self._ready = self._ready[:, :TICK], self._ready[:, TICK:]
        frame: Float = np.zeros((len(line), TICK), np.float32)
        frame[:, : line.shape[1]] = line
        return frame if len(frame) == 2 else frame[0]
