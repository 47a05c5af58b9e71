from .console cimport Console

cdef class Running:
    cdef str _scheduling
    cdef Console* _console
    cdef object _socket
    cdef object _thread
    cdef object _begun
