from .strip cimport Strip

cdef struct Selection:
    int most
    int pressed

cdef void update(Selection* selection, Strip** strips, int many) noexcept nogil
cdef void _hear(Strip* strip) noexcept nogil
cdef void _fill(Selection* selection, Strip** strips, int many) noexcept nogil
cdef void _press(Selection* selection, Strip** strips, int many) noexcept nogil
cdef Strip* _loudest(Strip** strips, int many) noexcept nogil
cdef Strip* _quietest(Strip** strips, int many) noexcept nogil
