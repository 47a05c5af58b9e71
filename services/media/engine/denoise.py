"""Takes the steady noise out of one voice. The twin of mixing/denoise.py, which says how.

Who switches it on makes its memory, outside of the tick; in a tick nothing is allocated.
"""

import cython
from cython.cimports.libc.stdlib import calloc, free
from cython.cimports.libc.string import memset
from cython.cimports.services.media.engine import libspeexdsp as speex
from cython.cimports.services.media.engine import ramp
from cython.cimports.services.media.engine.frame import RATE, TICK
from cython.cimports.services.media.engine.quantise import quantise
from cython.cimports.services.media.engine.ramp import CLICKLESS

from services.media.mixing import denoise as oracle

RINGS = cython.declare(cython.int, oracle.RINGS)


def new() -> cython.pointer[Denoiser]:
    """Switched off. To be dropped by who asked; NULL when there is no memory."""
    made: cython.pointer[Denoiser] = cython.cast(cython.pointer[Denoiser], calloc(1, cython.sizeof(Denoiser)))
    if made == cython.NULL:
        return cython.NULL
    made.state = speex.speex_preprocess_state_init(TICK, RATE)
    if made.state == cython.NULL:
        free(made)
        return cython.NULL
    _set(made.state, speex.SPEEX_PREPROCESS_SET_DENOISE, 1)
    _set(made.state, speex.SPEEX_PREPROCESS_SET_AGC, 0)
    _set(made.state, speex.SPEEX_PREPROCESS_SET_DEREVERB, 0)
    ramp.begin(cython.address(made.wet), CLICKLESS, CLICKLESS)
    ramp.begin(cython.address(made.dry), CLICKLESS, CLICKLESS)
    made.dry.gain = 1.0
    return made


def drop(denoiser: cython.pointer[Denoiser]) -> cython.void:
    """Give the memory back, when both threads are done. NULL is nothing to give."""
    if denoiser != cython.NULL:
        speex.speex_preprocess_state_destroy(denoiser.state)
        free(denoiser)


def clean(
    denoiser: cython.pointer[Denoiser], frame: cython.pointer[cython.const[cython.float]]
) -> cython.pointer[cython.const[cython.float]]:
    """The tick before this frame without its noise; NULL when there is nothing to hear. The frame itself while it is
    switched off.
    """
    aim: cython.float = 1.0 if denoiser.wanted else 0.0
    rest: cython.float = 0.0 if denoiser.wanted else 1.0
    going: cython.bint = denoiser.wanted or denoiser.wet.gain > 0.0
    wet: cython.pointer[cython.const[cython.float]]
    dry: cython.pointer[cython.const[cython.float]] = cython.NULL
    number: cython.int
    if frame == cython.NULL and denoiser.rings == 0:
        denoiser.wet.gain = aim
        denoiser.dry.gain = rest
        return cython.NULL
    if not going and denoiser.rings == 0:
        return frame
    _run(denoiser, frame if going else cython.NULL)
    denoiser.rings = RINGS if going and frame != cython.NULL else denoiser.rings - 1
    wet = ramp.under(cython.address(denoiser.wet), denoiser.made, aim, denoiser.cleaned)
    if frame == cython.NULL:
        ramp.move(cython.address(denoiser.dry), rest)
    else:
        dry = ramp.under(cython.address(denoiser.dry), frame, rest, denoiser.heard)
    if wet == cython.NULL or dry == cython.NULL:
        return dry if wet == cython.NULL else wet
    for number in range(TICK):
        denoiser.heard[number] = wet[number] + dry[number]
    return denoiser.heard


def _run(denoiser: cython.pointer[Denoiser], frame: cython.pointer[cython.const[cython.float]]) -> cython.void:
    """Give it a frame, NULL for silence; what it has made of the one before lies in `made`."""
    number: cython.int
    if frame == cython.NULL:
        memset(denoiser.pcm, 0, TICK * cython.sizeof(cython.short))
    else:
        quantise(frame, denoiser.pcm, 1)
    speex.speex_preprocess_run(denoiser.state, denoiser.pcm)
    for number in range(TICK):
        denoiser.made[number] = denoiser.pcm[number] * cython.cast(cython.float, 1.0 / 32_768.0)


def _set(state: cython.pointer[speex.SpeexPreprocessState], request: cython.int, value: cython.int) -> cython.void:
    speex.speex_preprocess_ctl(state, request, cython.address(value))
