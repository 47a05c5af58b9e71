cdef enum:
    WINDOW = 128     # packets that may come out of order

cdef struct Window:
    long long highest
    unsigned long long seen[2]

cdef bint fresh(const Window* window, long long index) noexcept nogil
cdef void mark(Window* window, long long index) noexcept nogil
