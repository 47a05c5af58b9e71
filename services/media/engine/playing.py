"""feed.py as a Python object, for tests that hold it beside mixing/feed.py: as faces.py."""

import cython
from cython.cimports.services.media.engine import feed as feeds
from cython.cimports.services.media.engine.feed import Feed as Ring
from cython.cimports.services.media.engine.frame import TICK

BYTES = cython.declare(cython.int, TICK * 4)


@cython.cclass
class Feed:
    """mixing/feed.py's."""

    _feed: cython.pointer[Ring]

    def __cinit__(self) -> None:
        self._feed = feeds.new()
        if self._feed == cython.NULL:
            raise MemoryError

    def __dealloc__(self) -> None:
        feeds.drop(self._feed)

    @property
    def level(self) -> float:
        """DBFS of the last frame."""
        return self._feed.level

    @property
    def holes(self) -> int:
        """How often it ran dry."""
        return self._feed.holes

    @property
    def begun(self) -> bool:
        """True once there was something."""
        return bool(self._feed.begun)

    @property
    def waiting(self) -> int:
        """Samples that lie there."""
        return feeds.waiting(self._feed)

    def play(self, sound: bytes, channels: int) -> int:
        """Interleaved float32; how many samples there was room for."""
        samples: cython.pointer[cython.const[cython.float]] = cython.cast(
            cython.pointer[cython.const[cython.float]], cython.cast(cython.p_char, sound)
        )
        return feeds.play(self._feed, samples, len(sound) // (4 * channels), channels)

    def take(self) -> bytes | None:
        """The next 20 ms; None when there is nothing to hear."""
        frame: cython.pointer[cython.const[cython.float]] = feeds.take(self._feed)
        return None if frame == cython.NULL else cython.cast(cython.p_char, frame)[: BYTES * self._feed.channels]
