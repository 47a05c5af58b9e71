from .frame cimport LONGEST, TICK
from .jitter cimport Jitter, Pull
from .libopus cimport OpusDecoder
from .pool cimport Packet, Pool
from .ramp cimport Ramp
from .tape cimport Tape

cdef enum:
    ALIKE = 160

cdef struct Voice:
    Jitter packets
    Tape* tape           # its source's, who outlives it; NULL: none
    OpusDecoder* decoder
    double level
    long long damaged
    int begun
    int music
    int filled
    int played
    int hole
    int hush
    Ramp gain
    int last_size
    int nothing_size
    unsigned char last[ALIKE]
    unsigned char nothing[ALIKE]
    float over[LONGEST + TICK]
    float heard[TICK]

cdef struct Sent:
    int sequence
    unsigned int timestamp
    int level
    int begin
    int size

cdef bint begin(Voice* voice) noexcept nogil
cdef void end(Voice* voice, Pool* pool) noexcept nogil
cdef bint push(Voice* voice, Pool* pool, Packet* packet, Sent* sent, long long arrival) noexcept nogil
cdef const float* take(Voice* voice, Pool* pool) noexcept nogil
cdef int depth(Voice* voice) noexcept nogil
cdef void _cut(Voice* voice) noexcept nogil
cdef int _more(Voice* voice, Pool* pool) noexcept nogil
cdef int _played(Voice* voice, Pull* pulled) noexcept nogil
cdef int _concealed(Voice* voice, Pull* pulled) noexcept nogil
