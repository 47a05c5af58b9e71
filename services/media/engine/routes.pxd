from .admission cimport Address

cdef enum:
    ROUTES = 16
    SPOTS = 32768    # a power of two

cdef struct Routes:
    int many
    Address addresses[ROUTES]

cdef struct Spot:
    unsigned int mark
    int source       # its number and one; 0: free
    Address address

cdef struct Table:
    Spot spots[SPOTS]
    int many

cdef int find(const Table* table, const Address* address) noexcept nogil
cdef void lead(Table* table, const Address* address, int source) noexcept nogil
cdef void forget(Table* table, const Address* address, int source) noexcept nogil
cdef unsigned int mark_of(const Address* address, bint port) noexcept nogil
cdef bint same(const Address* one, const Address* two) noexcept nogil
cdef int _spot(const Table* table, const Address* address, unsigned int mark) noexcept nogil
