"""Sound on its way into one source of a desk, and what it is called.

Titles are told when they are heard, not when they are played ahead: what was played less what still waits is what was
heard.
"""

from collections import deque
from typing import Protocol

import numpy as np

from services.media.mixing.frame import Float
from services.media.track import Track


class Desk(Protocol):
    """What of services/media/engine/desk.py is needed here."""

    def play(self, source: int, sound: bytes, channels: int) -> int:
        """Put interleaved float32 behind what the source has; samples taken. b"" says that this was all."""

    def waiting(self, source: int) -> int:
        """Samples before it runs dry."""


class Played:
    """One source. For one thread at a time, but `waiting` and `began`."""

    def __init__(self, desk: Desk, source: int) -> None:
        self._desk = desk
        self._source = source
        self._sent = 0
        self._tracks: deque[tuple[int, Track]] = deque()

    @property
    def waiting(self) -> int:
        """Samples that are not heard yet."""
        return self._desk.waiting(self._source)

    @property
    def heard(self) -> int:
        """Samples that are."""
        return self._sent - self.waiting

    def play(self, sound: Float) -> int:
        """1 or 2 channels by samples; how many were taken."""
        taken = self._desk.play(self._source, np.ascontiguousarray(sound.T, np.float32).tobytes(), len(sound))
        self._sent += taken
        return taken

    def end(self) -> None:
        """That was all: what waits is heard to its end."""
        self._desk.play(self._source, b"", 1)

    def title(self, track: Track, ahead: int = 0) -> None:
        """What is played after `ahead` samples more is this."""
        self._tracks.append((self._sent + ahead, track))

    @property
    def coming(self) -> Track | None:
        """The last track that is played and not heard yet."""
        return self._tracks[-1][1] if self._tracks else None

    def began(self) -> Track | None:
        """The track that is heard since the last time that somebody asked, if one began."""
        found = None
        while self._tracks and self._tracks[0][0] < self.heard:
            _, found = self._tracks.popleft()
        return found
