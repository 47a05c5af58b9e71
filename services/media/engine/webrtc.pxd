from .admission cimport Address
from .console cimport Command, Console, Traffic
from .pool cimport Packet
from .routes cimport Routes
from .rtp cimport Header
from .source cimport Source

cdef bint begin(Source* source) noexcept nogil
cdef void obey(Console* console, Source* source, Command* command) noexcept nogil
cdef void route(Console* console, Source* source, Routes* routes) noexcept nogil
cdef int receive(Console* console, Source* source, Packet* packet, long long now) noexcept nogil
cdef void send(Console* console, Source* source, const unsigned char* payload, int size) noexcept nogil
cdef void count(Source* source, long long tick, Traffic* traffic) noexcept nogil
cdef void _secure(Source* source, Command* command) noexcept nogil
cdef void _terms(Source* source, Command* command) noexcept nogil
cdef void _again(Console* console, Source* source, Command* command) noexcept nogil
cdef int _redundant(Console* console, Source* source, Packet* packet, Header* header, long long now) noexcept nogil
cdef void _before(Console* console, Source* source, const unsigned char* payload, Header* header, long long now) noexcept nogil
cdef bint _put(Console* console, Source* source, const unsigned char* data, int size) noexcept nogil
