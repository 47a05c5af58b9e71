"""denoise.py as a Python object, for tests that hold it beside mixing/denoise.py: as faces.py."""

import cython
from cython.cimports.services.media.engine import denoise
from cython.cimports.services.media.engine.frame import TICK

BYTES = cython.declare(cython.int, TICK * 4)


@cython.cclass
class Denoiser:
    """mixing/denoise.py's."""

    _denoiser: cython.pointer[denoise.Denoiser]

    def __cinit__(self) -> None:
        self._denoiser = denoise.new()
        if self._denoiser == cython.NULL:
            raise MemoryError

    def __dealloc__(self) -> None:
        denoise.drop(self._denoiser)

    def want(self, wanted: bool) -> None:  # noqa: FBT001  # Cython's methods take it by position
        """Switch it on or off."""
        self._denoiser.wanted = wanted

    def clean(self, frame: bytes | None) -> bytes | None:
        """The tick before this frame without its noise; None when there is nothing to hear."""
        came: cython.pointer[cython.const[cython.float]] = cython.NULL
        if frame is not None:
            came = cython.cast(cython.pointer[cython.const[cython.float]], cython.cast(cython.p_char, frame))
        made: cython.pointer[cython.const[cython.float]] = denoise.clean(self._denoiser, came)
        return None if made == cython.NULL else cython.cast(cython.p_char, made)[:BYTES]
