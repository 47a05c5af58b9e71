cdef struct Ring:
    unsigned char* cells
    int cell
    unsigned int mask
    unsigned int head
    unsigned int tail
    long long dropped

cdef bint begin(Ring* ring, int cell, unsigned int cells) noexcept nogil
cdef void end(Ring* ring) noexcept nogil
cdef void* claim(Ring* ring) noexcept nogil
cdef void publish(Ring* ring) noexcept nogil
cdef void* peek(Ring* ring) noexcept nogil
cdef void release(Ring* ring) noexcept nogil
cdef unsigned int filled(Ring* ring) noexcept nogil
