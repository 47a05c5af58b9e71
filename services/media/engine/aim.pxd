from .loudness cimport Loudness
from .truepeak cimport TruePeak

cdef struct Aim:
    int wanted
    double target
    double gain
    float now
    float after
    Loudness loudness
    TruePeak peak

cdef void begin(Aim* aim) noexcept nogil
cdef const float* apply(Aim* aim, int channels, const float* total, float* out) noexcept nogil
cdef void hear(Aim* aim, int channels, const float* frame) noexcept nogil
cdef void _move(Aim* aim) noexcept nogil
cdef bint _talk(Aim* aim, double* loudness) noexcept nogil
cdef int _above(Aim* aim, double gate, double* total) noexcept nogil
