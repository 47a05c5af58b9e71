from .admission cimport Address
from .console cimport Command
from .running cimport Running

cdef class Secured(Running):
    cdef Command* _claim(self) except NULL

cdef int socket_address_of(Address* out, str host, int port) except -1
