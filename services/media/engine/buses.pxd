cdef void copy(float* out, const float* frame) noexcept nogil
cdef void add(float* total, const float* frame) noexcept nogil
cdef void mix_minus(const float* total, const float* own, float* out) noexcept nogil
cdef void middle(const float* sides, float* out) noexcept nogil
cdef void clear(float* out, int many) noexcept nogil
