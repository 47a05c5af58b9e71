from .console cimport Console, Studio
from .pool cimport Packet
from .rtp cimport Header
from .source cimport Address, Source

cdef void receive(Console* console, long long now, bint stamped) noexcept nogil
cdef void send(Console* console) noexcept nogil
cdef bint allowed(Console* console, const Address* address) noexcept nogil
cdef int _take(Console* console, Packet* packet, Address* address, long long now) noexcept nogil
cdef int _registered(Console* console, Packet* packet, Address* address, long long now) noexcept nogil
cdef void _strange(Console* console, const Address* address, long long now) noexcept nogil
cdef bint _bounded(Console* console, Source* source, long long now) noexcept nogil
cdef int _admit(Console* console, const Source* source, const Address* address) noexcept nogil
cdef void _outside(Console* console, Packet* packet, Address* address) noexcept nogil
cdef void _send(Console* console, Studio* studio) noexcept nogil
cdef void _reply(Console* console) noexcept nogil
