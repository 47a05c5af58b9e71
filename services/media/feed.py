"""The sound of one connection that brings a stream (Icecast), between the thread that decodes and the tick.

An encoder's clock is not ours. Of the last five seconds the least that lay here should be `margin`, 200 ms: the rest
comes and goes with the encoder's packets. What lies too deep is played up to 0.1 % faster, too shallow slower, which
nobody hears. Each hole makes the margin 100 ms deeper, up to 1 s. At most 2.5 s lie here; an encoder that sends faster
than that must wait, and then follows our clock by itself.
"""

from collections import deque

import numpy as np

from services.media.mixing.frame import TICK, Float
from services.media.mixing.jitter import Tally
from services.media.mixing.level import FLOOR, dbfs
from services.media.mixing.ramp import Ramp
from services.media.mixing.varispeed import Varispeed
from services.media.track import Track

CAP = 125
"""Frames that lie here at most."""

FIRST_MARGIN, LAST_MARGIN, DEEPER = 10, 50, 5
WINDOW = 250
GAIN = 100e-6
"""Faster by so much for each frame too many; at 200 ppm of drift it is two frames off."""
FASTEST = 1e-3
LOUDEST = np.float32(4.0)


class Feed:
    """`push`, `full` and `finish` are for the thread that decodes; `take`, `began`, `level` and `over` for the tick;
    `close` and `closed` for whoever wants.
    """

    def __init__(self) -> None:
        self.level = FLOOR
        self.damaged = 0
        self.begun = False
        self.over = False
        self.closed = False
        self._ready: deque[tuple[Track | None, Float]] = deque()
        self._speed = Varispeed(2)
        self._rest: Float = np.zeros((2, 0), np.float32)
        self._next: Track | None = None
        self._titled: Track | None = None
        self._began: Track | None = None
        self._playing = self._finished = self._waits = False
        self._waited = self._seen = 0
        self._margin = FIRST_MARGIN
        self._least = CAP
        self._off = 0.0
        self._holes = 0
        self._fade = Ramp()

    @property
    def depth(self) -> int:
        """Samples that wait."""
        return len(self._ready) * TICK

    @property
    def tally(self) -> Tally:
        """Holes count as lost."""
        return Tally(lost=self._holes)

    @property
    def full(self) -> bool:
        """True while nothing more should be pushed."""
        full = len(self._ready) >= CAP
        self._waits = self._waits or full
        return full

    @property
    def ratio(self) -> float:
        """How fast it is played."""
        return 1.0 + min(FASTEST, max(-FASTEST, GAIN * self._off))

    def push(self, sound: Float) -> None:
        """Stereo at 48 kHz, 2 by any number of samples."""
        sound = np.clip(np.nan_to_num(sound, posinf=0.0, neginf=0.0), -LOUDEST, LOUDEST)
        line = np.concatenate((self._rest, self._speed.turn(sound, self.ratio)), axis=1)
        whole = line.shape[1] // TICK
        for at in range(whole):
            track, self._next = self._next, None
            self._ready.append((track, line[:, at * TICK : (at + 1) * TICK]))
        self._rest = line[:, whole * TICK :].copy()

    def title(self, track: Track) -> None:
        """What is pushed from now on is this; said again, it is nothing new."""
        if track.title and track != self._titled:
            self._titled = self._next = track

    def finish(self) -> None:
        """Nothing more comes: `over` once the rest was taken."""
        self._finished = True

    def close(self) -> None:
        """Nobody takes any more."""
        self.closed = True

    def take(self) -> Float | None:
        """The next 20 ms, mono; None when there is nothing to hear. Sets `level`."""
        self.level, self._began = FLOOR, None
        if not self._playing and not self._may_play():
            return None
        self._watch()
        self._began, stereo = self._ready.popleft()
        mono: Float = (stereo[0] + stereo[1]) * np.float32(0.5)
        self._playing = bool(self._ready)
        if not self._playing and not self._finished:
            self._holes += 1
            self._margin = min(LAST_MARGIN, self._margin + DEEPER)
        self.begun = True
        heard = self._fade.apply(mono, 1.0 if self._playing else 0.0)
        if heard is None:
            return None
        self.level = dbfs(heard)
        return heard

    def began(self) -> Track | None:
        """The track that began with the last frame, if one did."""
        return self._began

    def _may_play(self) -> bool:
        if not self._ready:
            self._waited = 0
            self.over = self._finished
            return False
        self._waited += 1
        self._playing = self._waited > self._margin or self._finished
        return self._playing

    def _watch(self) -> None:
        """Once in five seconds: how far the least that lay here is from the margin."""
        self._least = min(self._least, len(self._ready))
        self._seen += 1
        if self._seen == WINDOW:
            off = 0.0 if self._waits else float(self._least - self._margin)
            self._off += (off - self._off) / 3
            self._seen, self._least, self._waits = 0, CAP, False
