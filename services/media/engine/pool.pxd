from .frame cimport DATAGRAM

cdef enum:
    SLAB = 64

cdef struct Packet:
    Packet* following
    int size
    unsigned char bytes[DATAGRAM + 4]

cdef struct Pool:
    Packet* free
    void* slabs[1024]
    int many
    int most
    int lent

cdef void begin(Pool* pool, int most) noexcept nogil
cdef void end(Pool* pool) noexcept nogil
cdef Packet* take(Pool* pool) noexcept nogil
cdef void give(Pool* pool, Packet* packet) noexcept nogil
