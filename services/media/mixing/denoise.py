"""Takes the steady noise out of one voice: the hiss of a microphone, a fan, a street. libspeexdsp through ctypes, and
the only doorway to it; calls keep the interpreter lock, as those of libopus do.

Its preprocessor weighs each band by how much of it is noise, learnt in pauses, and makes none softer than by 15 dB. It
works on int16 and overlaps two frames, so what is heard is a tick older. What it was given last comes out when nothing
follows. To switch it is no click: both ways sound for 10 ms, one rising and one falling.
"""

import ctypes
import ctypes.util
from functools import cache
from typing import Any

import numpy as np

from .frame import RATE, SILENCE, TICK, Float
from .quantise import quantise, widen
from .ramp import Ramp

SET_DENOISE, SET_AGC, SET_DEREVERB = 0, 2, 8
"""Its detector of voices is off as it comes; to ask for that makes the library write a warning."""

RINGS = 2
"""Ticks of silence until nothing is left in it of what it was given: the tick before, and what its bands leak."""


class LibspeexdspMissing(RuntimeError):
    """The system has no libspeexdsp; the message says how to get it."""


@cache
def library() -> Any:
    """The loaded library. Raises LibspeexdspMissing."""
    speex: Any = _loaded()
    speex.speex_preprocess_state_init.argtypes = [ctypes.c_int, ctypes.c_int]
    speex.speex_preprocess_state_init.restype = ctypes.c_void_p
    speex.speex_preprocess_state_destroy.argtypes = [ctypes.c_void_p]
    speex.speex_preprocess_state_destroy.restype = None
    speex.speex_preprocess_run.argtypes = [ctypes.c_void_p, ctypes.c_void_p]
    speex.speex_preprocess_ctl.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p]
    return speex


def _loaded() -> ctypes.PyDLL:
    for name in ("libspeexdsp.so.1", "libspeexdsp.1.dylib", None):
        found = name or ctypes.util.find_library("speexdsp")
        try:
            if found is not None:
                return ctypes.PyDLL(found)
        except OSError:
            continue
    raise LibspeexdspMissing(
        "libspeexdsp is not installed (Debian, Ubuntu: apt install libspeexdsp1; macOS: brew install speexdsp)"
    )


class Denoiser:
    """One voice's, switched off."""

    def __init__(self) -> None:
        self._speex = library()
        self._state = self._speex.speex_preprocess_state_init(TICK, RATE)
        if not self._state:
            raise MemoryError
        for request, value in ((SET_DENOISE, 1), (SET_AGC, 0), (SET_DEREVERB, 0)):
            self._speex.speex_preprocess_ctl(self._state, request, ctypes.byref(ctypes.c_int32(value)))
        self._wanted = False
        self._rings = 0
        self._wet, self._dry = Ramp(), Ramp(gain=1.0)

    def __del__(self) -> None:
        state, self._state = getattr(self, "_state", None), None
        if state:
            self._speex.speex_preprocess_state_destroy(state)

    def want(self, wanted: bool) -> None:  # noqa: FBT001  # as the engine's, which Cython lets take it by position
        """Switch it on or off."""
        self._wanted = wanted

    def clean(self, frame: Float | None) -> Float | None:
        """The tick before this frame without its noise; None when there is nothing to hear. The frame itself while it
        is switched off.
        """
        aim = 1.0 if self._wanted else 0.0
        going = self._wanted or self._wet.gain > 0.0
        if frame is None and self._rings == 0:
            self._wet, self._dry = Ramp(gain=aim), Ramp(gain=1.0 - aim)
            return None
        if not going and self._rings == 0:
            return frame
        made = self._run(frame if going and frame is not None else SILENCE)
        self._rings = RINGS if going and frame is not None else self._rings - 1
        wet = self._wet.apply(made, aim)
        dry = self._dry.apply(SILENCE if frame is None else frame, 1.0 - aim)
        if wet is None or dry is None or frame is None:
            return dry if wet is None and frame is not None else wet
        return wet + dry

    def _run(self, frame: Float) -> Float:
        pcm = np.ascontiguousarray(quantise(frame))
        self._speex.speex_preprocess_run(self._state, pcm.ctypes.data)
        return widen(pcm)
