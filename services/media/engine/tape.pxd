from .frame cimport DATAGRAM, TICK
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

cdef struct Sound:
    int source
    int channels
    long long tick
    short pcm[2 * TICK]

cdef struct Tape:
    Ring* ring           # NULL: nobody records this source
    Ring* sounds         # as `ring`, for a source that comes as samples
    int source
    unsigned int following
    long long tick

cdef bint begin(Ring* ring, Ring* sounds) noexcept nogil
cdef void keep(Tape* tape, const Pull* pulled, int begin, int span) noexcept nogil
cdef void miss(Tape* tape, const Pull* pulled, int begin, int span) noexcept nogil
cdef void sound(Tape* tape, const float* frame, int channels) noexcept nogil
cdef list read(Ring* ring)
cdef list hear(Ring* sounds)
cdef void _cut(Tape* tape, Cut* cut, int begin, int span) noexcept nogil
