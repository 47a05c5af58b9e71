from .frame cimport TICK
from .ramp cimport Ramp

cdef enum:
    DEEP = 131072    # samples of each channel that may lie here, a power of two: 2.7 s

cdef struct Feed:
    # the writer's; `cells` has one channel behind the other
    float* cells
    int channels
    unsigned int head
    unsigned int ended
    # the reader's
    unsigned int tail
    int begun
    int playing
    long long holes
    double level
    Ramp fade
    float frame[2 * TICK]
    float heard[2 * TICK]

cdef Feed* new() noexcept nogil
cdef void drop(Feed* feed) noexcept nogil
cdef int play(Feed* feed, const float* sound, int many, int channels) noexcept nogil
cdef int waiting(Feed* feed) noexcept nogil
cdef const float* take(Feed* feed) noexcept nogil
cdef void _write(float* cells, unsigned int at, const float* sound, int many, int step) noexcept nogil
cdef void _halve(float* cells, unsigned int at, const float* sound, int many) noexcept nogil
cdef void _read(Feed* feed, int many) noexcept nogil
