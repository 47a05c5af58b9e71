cdef long long extend(int sequence, long long near) noexcept nogil
cdef long long elapsed(unsigned int timestamp, unsigned int before) noexcept nogil
