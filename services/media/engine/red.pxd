cdef enum:
    BLOCKS = 9

cdef struct Block:
    int kind
    unsigned int before
    int begin
    int size

cdef int unpack(const unsigned char* data, int begin, int size, Block* blocks) noexcept nogil
