cdef enum:
    HISTORY = 200

cdef struct Delay:
    int target
    int clocked
    unsigned int timestamp
    long long arrival
    long long pushed
    int many
    int at
    int history[HISTORY]

cdef void measure(Delay* delay, unsigned int timestamp, long long arrival, int span) noexcept nogil
cdef void forget(Delay* delay) noexcept nogil
cdef void _aim(Delay* delay, int span) noexcept nogil
cdef int _percentile(Delay* delay, int many) noexcept nogil
