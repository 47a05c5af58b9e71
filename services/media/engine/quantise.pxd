cdef void quantise(const float* frame, short* out, int apart) noexcept nogil
