cdef double weigh(const float* frame) noexcept nogil
cdef double _added(const float* one, const float* other, int rows) noexcept nogil
