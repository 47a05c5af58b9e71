from .frame cimport DATAGRAM
from .jitter cimport Kind, Pull
from .ring cimport Ring

cdef struct Cut:
    int source
    int sequence
    unsigned int timestamp
    int begin
    int span
    int size
    long long tick
    unsigned char bytes[DATAGRAM]

cdef struct Tape:
    Ring* ring           # NULL: nobody records this source
    int source
    unsigned int following
    long long tick

cdef bint begin(Ring* ring) noexcept nogil
cdef void keep(Tape* tape, const Pull* pulled, int begin, int span) noexcept nogil
cdef void miss(Tape* tape, const Pull* pulled, int begin, int span) noexcept nogil
cdef list read(Ring* ring)
cdef void _cut(Tape* tape, Cut* cut, int begin, int span) noexcept nogil
