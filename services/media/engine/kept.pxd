from .admission cimport Address
from .frame cimport LARGEST

cdef enum:
    KEPT = 50
    LINE = 1308      # a header, the largest Opus frame and SRTP's trailer, rounded up

cdef struct Protected:
    int size
    unsigned char bytes[LINE]

cdef struct Kept:
    Protected packets[KEPT]
    int at
    long long second
    int again

cdef Protected* follow(Kept* kept) noexcept nogil
cdef Protected* asked(Kept* kept, int sequence, long long now) noexcept nogil
