cdef void quantise(const float* frame, short* out) noexcept nogil
