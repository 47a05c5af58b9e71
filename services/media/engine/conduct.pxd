cdef enum Fault:
    NO_FAULT
    FLOODS
    SSRC
    SEQUENCE
    TIMESTAMPS
    FULL_SCALE
    DTX

cdef struct Conduct:
    int known
    int sequence
    unsigned int timestamp
    long long packets
    long long second
    int strange
    int jumps
    int backs
    int loud
    long long hushed
    int spoke
    long long ticks
    long long again

cdef void begin(Conduct* conduct) noexcept nogil
cdef void packet(Conduct* conduct, int sequence, unsigned int timestamp, bint dtx) noexcept nogil
cdef void strange(Conduct* conduct) noexcept nogil
cdef Fault tick(Conduct* conduct, double level) noexcept nogil
cdef Fault _judged(Conduct* conduct) noexcept nogil
