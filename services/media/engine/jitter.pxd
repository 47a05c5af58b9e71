from .delay cimport Delay
from .pool cimport Packet, Pool

cdef enum Kind:
    IDLE
    PACKET
    LOST
    DRY

cdef enum:
    SLOTS = 128

cdef struct Slot:
    long long place
    Packet* packet
    unsigned int timestamp
    short begin
    short size
    short silent

cdef struct Pull:
    Packet* packet
    unsigned char* payload
    int size
    int silent
    int sequence
    unsigned int timestamp

cdef struct Tally:
    long long lost
    long long late
    long long twice
    long long skipped

cdef struct Jitter:
    Tally tally
    Delay delay
    Slot ring[SLOTS]
    int begun
    long long due
    long long highest
    long long least
    int priming
    int dry
    int owed
    int suspect
    int span
    int deep
    int shallowest

cdef struct Arrived:
    int sequence
    unsigned int timestamp
    long long arrival
    int begin
    int size
    int span
    int silent

cdef void begin(Jitter* jitter) noexcept nogil
cdef void end(Jitter* jitter, Pool* pool) noexcept nogil
cdef void push(Jitter* jitter, Pool* pool, Packet* packet, Arrived* arrived) noexcept nogil
cdef Kind pull(Jitter* jitter, Pool* pool, bint quiet, Pull* pulled) noexcept nogil
cdef int depth(Jitter* jitter) noexcept nogil
cdef bint _there(Jitter* jitter, long long place, Pull* pulled) noexcept nogil
cdef void _drop(Jitter* jitter, Pool* pool, int number) noexcept nogil
cdef bint _place(Jitter* jitter, Pool* pool, int sequence, long long* place) noexcept nogil
cdef long long _due(Jitter* jitter, long long place) noexcept nogil
cdef void _forget(Jitter* jitter, Pool* pool, long long least) noexcept nogil
cdef bint _reopens(Jitter* jitter, long long place) noexcept nogil
cdef void _shorten(Jitter* jitter, Pool* pool) noexcept nogil
cdef void _leave_out(Jitter* jitter, Pool* pool, int many) noexcept nogil
cdef void _lean(Jitter* jitter, Pool* pool, bint quiet) noexcept nogil
cdef Kind _run_dry(Jitter* jitter, Pool* pool) noexcept nogil
