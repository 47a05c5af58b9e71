"""What makes loud and soft, as Python objects with the methods of their twins in services/media/mixing; as faces.py."""

import cython
from cython.cimports.services.media.engine import limiter
from cython.cimports.services.media.engine.frame import TICK

BYTES = cython.declare(cython.int, TICK * 4)


@cython.cclass
class Limiter:
    """mixing/limiter.py's."""

    _limiter: limiter.Limiter
    _channels: cython.int

    def __init__(self, channels: int = 1) -> None:
        self._channels = min(2, channels)
        limiter.begin(cython.address(self._limiter))

    def limit(self, frame: bytes) -> bytes:
        """960 samples for each channel, one channel behind the other."""
        out: cython.float[1920]
        line: cython.p_char = frame
        if len(frame) != BYTES * self._channels:
            raise ValueError(f"{len(frame)} bytes")
        limiter.limit(
            cython.address(self._limiter),
            self._channels,
            cython.cast(cython.pointer[cython.const[cython.float]], line),
            out,
        )
        return cython.cast(cython.p_char, out)[: BYTES * self._channels]
