cdef enum:
    PAST = 11
    SIDES = 2

cdef struct TruePeak:
    float past[SIDES][PAST]
    float highest

cdef double decibels(double peak) noexcept nogil
cdef void begin(TruePeak* peak) noexcept nogil
cdef void hear(TruePeak* peak, int channels, const float* frame) noexcept nogil
cdef double take(TruePeak* peak) noexcept nogil
cdef void _look(TruePeak* peak, const float* line) noexcept nogil
