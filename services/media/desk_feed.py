"""The sound of one connection that brings a stream (Icecast), on its way from the thread that decodes to a desk.

An encoder's clock is not ours. Of the last five seconds the least that lay there should be `margin`, 200 ms: the rest
comes and goes with the encoder's packets. What lies too deep is played up to 0.1 % faster, too shallow slower, which
nobody hears. Each hole makes the margin 100 ms deeper, up to 1 s. At most 2.5 s lie there; an encoder that sends faster
than that must wait, and then follows our clock by itself.

The margin is made of silence, played before the first sound and after each hole; what follows it fades in.
"""

import threading

import numpy as np

from services.media.mixing.frame import TICK, Float
from services.media.mixing.ramp import CLICKLESS
from services.media.mixing.varispeed import Varispeed
from services.media.played import Desk, Played
from services.media.track import Track

CAP = 125
"""Frames that lie there at most."""

FIRST_MARGIN, LAST_MARGIN, DEEPER = 10, 50, 5
WINDOW = 250 * TICK
GAIN = 100e-6
"""Faster by so much for each frame too many; at 200 ppm of drift it is two frames off."""
FASTEST = 1e-3
LOUDEST = np.float32(4.0)
FADE_IN: Float = (np.arange(1, CLICKLESS + 1) / CLICKLESS).astype(np.float32)


class DeskFeed:
    """`plug`, then from the thread that decodes `push`, `title`, `full` and `finish`; `tend`, `began` and `over` for
    who reads the desk, some times a second; `close` and `closed` for whoever wants. Any threads.
    """

    def __init__(self) -> None:
        self.damaged = 0
        self.closed = False
        self._lock = threading.Lock()
        self._played: Played | None = None
        self._speed = Varispeed(2)
        self._line: Float = np.zeros((2, 0), np.float32)
        self._titled: Track | None = None
        self._playing = self._finished = self._ended = self._waits = False
        self._margin = FIRST_MARGIN
        self._least = CAP
        self._seen = 0
        self._off = 0.0

    def plug(self, desk: Desk, source: int) -> None:
        """Play into this source from now on: a PCM one, that is new."""
        with self._lock:
            self._played = Played(desk, source)
            self._playing = False
            self._seen, self._least = 0, CAP

    @property
    def depth(self) -> int:
        """Samples that wait."""
        return len(self._line[0]) + (0 if self._played is None else self._played.waiting)

    @property
    def full(self) -> bool:
        """True while nothing more should be pushed."""
        full = self.depth >= CAP * TICK
        self._waits = self._waits or full
        return full

    @property
    def ratio(self) -> float:
        """How fast it is played."""
        return 1.0 + min(FASTEST, max(-FASTEST, GAIN * self._off))

    @property
    def over(self) -> bool:
        """True when the stream came to an end and was heard to it."""
        return self._ended and self.depth == 0

    def push(self, sound: Float) -> None:
        """Stereo at 48 kHz, 2 by any number of samples."""
        sound = np.clip(np.nan_to_num(sound, posinf=0.0, neginf=0.0), -LOUDEST, LOUDEST)
        with self._lock:
            if self._played is not None:
                self._watch(self._played)
            made = self._speed.turn(sound, self.ratio)
            if not self._playing and self._played is not None and made.shape[1]:
                made = self._begin(made)
            self._line = np.concatenate((self._line, made), axis=1)
            self._pour()

    def title(self, track: Track) -> None:
        """What is pushed from now on is this; said again, it is nothing new."""
        with self._lock:
            if track.title and track != self._titled and self._played is not None:
                self._titled = track
                self._played.title(track, len(self._line[0]) + (0 if self._playing else self._margin * TICK))

    def finish(self) -> None:
        """Nothing more comes: `over` once the rest was heard."""
        with self._lock:
            self._finished = True
            self._pour()

    def tend(self) -> None:
        """Play what there was no room for."""
        with self._lock:
            self._pour()

    def began(self) -> Track | None:
        """The track that is heard since the last time, if one began."""
        return None if self._played is None else self._played.began()

    def close(self) -> None:
        """Nobody listens any more."""
        self.closed = True

    def _begin(self, sound: Float) -> Float:
        """Silence to have a margin, then the sound, faded in."""
        self._playing = True
        fade = FADE_IN[: sound.shape[1]]
        sound[:, : len(fade)] *= fade
        return np.concatenate((np.zeros((2, self._margin * TICK), np.float32), sound), axis=1)

    def _pour(self) -> None:
        """Play whole frames, so that a hole is never in the middle of one; at the end all."""
        if self._played is None or self._ended:
            return
        whole = len(self._line[0]) if self._finished else len(self._line[0]) // TICK * TICK
        if whole:
            taken = self._played.play(self._line[:, :whole])
            self._line = self._line[:, taken:].copy()
        if self._finished and not len(self._line[0]):
            self._played.end()
            self._ended = True

    def _watch(self, played: Played) -> None:
        """Before more comes: whether it ran dry, and in five seconds how far the least that lay there is from the
        margin.
        """
        waiting = played.waiting
        if self._playing and waiting == 0 and played.heard:
            self._playing = False
            self._margin = min(LAST_MARGIN, self._margin + DEEPER)
        self._least = min(self._least, waiting // TICK)
        if played.heard - self._seen >= WINDOW:
            off = 0.0 if self._waits else float(self._least - self._margin)
            self._off += (off - self._off) / 3
            self._seen, self._least, self._waits = played.heard, CAP, False
