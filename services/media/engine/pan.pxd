from .ramp cimport Ramp

cdef struct Pan:
    float left
    float right
    Ramp lefts
    Ramp rights

cdef void begin(Pan* pan) noexcept nogil
cdef void point(Pan* pan, double place) noexcept nogil
cdef void spread(Pan* pan, const float* frame, float* sides, bint first) noexcept nogil
cdef void _add(const float* heard, float* side, bint first) noexcept nogil
