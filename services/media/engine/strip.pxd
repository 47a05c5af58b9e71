from .frame cimport LARGEST, TICK
from .libopus cimport OpusEncoder
from .limiter cimport Limiter
from .ramp cimport Ramp

cdef struct Strip:
    # set for each tick: what there is to hear, where the fader should go, how loud it is before that
    const float* frame
    float gain
    double level
    # under its fader; NULL when all of that is silent
    Ramp fader
    const float* heard
    float under[TICK]
    # a person who listens on the stage: their place among the loudest
    int listens
    int chosen
    double loudness
    int silent
    # and what they hear: `size` is 0 when it is what all others hear
    Ramp pick
    const float* staged
    float picked[TICK]
    int apart
    Limiter limiter
    OpusEncoder* encoder
    int size
    unsigned char packet[LARGEST]

cdef void begin(Strip* strip, int fade) noexcept nogil
cdef void end(Strip* strip) noexcept nogil
