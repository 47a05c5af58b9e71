cdef struct Agc:
    double gain
    float factor
    double voice
    double noise
    int heard
    int missed

cdef void begin(Agc* agc, double gain) noexcept nogil
cdef void hear(Agc* agc, double power) noexcept nogil
cdef bint _talks(Agc* agc, double loudness) noexcept nogil
cdef void _move(Agc* agc, double wanted) noexcept nogil
