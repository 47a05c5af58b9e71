cdef enum:
    BLOCK = 16
    TAPS = 12
    HALF = 6
    BEFORE = 5

cdef float highest(const float* line, int many) noexcept nogil
cdef void highs(const float* line, int many, float* out) noexcept nogil
cdef float between(const float* line) noexcept nogil
cdef void _pair(const float* line, const float* sums, const float* differences, float* peak) noexcept nogil
