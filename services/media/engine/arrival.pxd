from .admission cimport Address
from .pool cimport Packet

cdef void ask(int fd) noexcept nogil
cdef long long wall() noexcept nogil
cdef long long read(int fd, Packet* packet, Address* address, long long wall) noexcept nogil
