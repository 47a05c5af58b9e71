cdef enum:
    CROWD = 4096     # counters of those who have shown nothing yet, a power of two

cdef struct Allowance:
    long long second
    int many

cdef struct Crowd:
    long long second
    unsigned short many[CROWD]

cdef int spend(Allowance* allowance, long long now) noexcept nogil
cdef bint stranger(Crowd* crowd, unsigned int mark, long long now) noexcept nogil
