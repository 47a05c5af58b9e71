from .keyed cimport Keyed
from .replay cimport Window

cdef enum:
    TRAILER = 20     # bytes by which a packet grows, at most; of RTP 16
    STREAMS = 32

cdef struct Stream:
    unsigned int ssrc
    Window window

cdef struct Srtp:
    Keyed keyed
    int many
    Stream streams[STREAMS]

cdef Srtp* session(int protection, const unsigned char* key, bint outbound, int label) noexcept nogil
cdef void end(Srtp* context) noexcept nogil
cdef bint protect(Srtp* context, unsigned char* packet, int* size) noexcept nogil
cdef bint unprotect(Srtp* context, unsigned char* packet, int* size) noexcept nogil
cdef Stream* find(Srtp* context, unsigned int ssrc) noexcept nogil
cdef bint mark(Srtp* context, unsigned int ssrc, long long index) noexcept nogil
cdef int _header(const unsigned char* packet, int size) noexcept nogil
