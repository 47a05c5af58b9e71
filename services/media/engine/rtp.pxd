cdef struct Header:
    int payload_type
    int sequence
    unsigned int timestamp
    unsigned int ssrc
    int begin
    int size
    int level        # -1 when the sender does not say

cdef enum:
    FIXED = 12
    LEVEL_EXTENSION = 1

cdef bint parse(const unsigned char* data, int size, Header* header) noexcept nogil
cdef bint parse_with(const unsigned char* data, int size, int wanted, Header* header) noexcept nogil
cdef void pack(unsigned char* out, const Header* header) noexcept nogil
cdef unsigned int word(const unsigned char* data) noexcept nogil
cdef void put(unsigned char* out, unsigned int value) noexcept nogil
cdef int _extension(const unsigned char* data, int size, int begin, int wanted, int* level) noexcept nogil
cdef bint _one_byte(const unsigned char* data, int at, int end, int wanted, int* level) noexcept nogil
cdef bint _two_byte(const unsigned char* data, int at, int end, int wanted, int* level) noexcept nogil
