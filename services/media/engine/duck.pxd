from .strip cimport Strip

cdef bint talks(const Strip* strip) noexcept nogil
cdef float aimed(Strip* strip, bint talk) noexcept nogil
