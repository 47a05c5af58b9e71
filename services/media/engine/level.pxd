cdef enum:
    LANES = 8

cdef struct Talk:
    int talking
    int run

cdef double loud(const float* sound, int many) noexcept nogil
cdef double dbfs(const float* frame) noexcept nogil
cdef bint update(Talk* talk, double level) noexcept nogil
cdef bint hush(Talk* talk) noexcept nogil
