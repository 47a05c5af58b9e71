from .admission cimport Address
from .kept cimport Kept, Protected
from .srtp cimport Srtp
from .pool cimport Packet
from .reception cimport Reception
from .routes cimport Routes
from .rtp cimport Header

cdef struct Wire:
    Srtp* inbound
    Srtp* outbound
    Routes* routes
    Kept* kept
    # what the offer settled: payload types and the level's id
    int opus
    int red
    int level
    # who sends, once somebody does
    int senders
    unsigned int ssrc
    long long heard
    Reception reception
    # what was sent
    long long packets
    long long octets
    unsigned int timestamp
    unsigned int offset
    Protected spare

cdef Wire* new(unsigned int ssrc, int opus) noexcept nogil
cdef void end(Wire* wire) noexcept nogil
cdef int open(Wire* wire, Packet* packet, Header* header, long long now) noexcept nogil
cdef Protected* seal(Wire* wire, Header* header, const unsigned char* payload, int size) noexcept nogil
