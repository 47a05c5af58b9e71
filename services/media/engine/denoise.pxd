from .frame cimport TICK
from .libspeexdsp cimport SpeexPreprocessState
from .ramp cimport Ramp

cdef struct Denoiser:
    SpeexPreprocessState* state
    int wanted
    int rings            # ticks until what it was given is out
    Ramp wet
    Ramp dry
    short pcm[TICK]
    float made[TICK]
    float cleaned[TICK]
    float heard[TICK]

cdef Denoiser* new() noexcept nogil
cdef void drop(Denoiser* denoiser) noexcept nogil
cdef const float* clean(Denoiser* denoiser, const float* frame) noexcept nogil
cdef void _run(Denoiser* denoiser, const float* frame) noexcept nogil
cdef void _set(SpeexPreprocessState* state, int request, int value) noexcept nogil
