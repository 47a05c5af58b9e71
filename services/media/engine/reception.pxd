cdef enum:
    REMEMBERED = 64

cdef struct Reception:
    long long highest
    long long first
    unsigned long long mask
    long long received
    int heard
    long long arrival
    unsigned int timestamp
    double jitter

cdef void begin(Reception* reception) noexcept nogil
cdef void receive(Reception* reception, int sequence, unsigned int timestamp, long long now) noexcept nogil
cdef bint fill(Reception* reception, int sequence) noexcept nogil
cdef void _mark(Reception* reception, long long place) noexcept nogil
