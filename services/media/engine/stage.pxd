from .frame cimport TICK
from .selection cimport Selection
from .shared cimport Shared
from .strip cimport Strip

cdef struct Stage:
    Selection selection
    Shared shared
    int told        # somebody says something to the stage alone
    float total[TICK]

cdef void begin(Stage* stage, int most, int bitrate) noexcept nogil
cdef void end(Stage* stage) noexcept nogil
cdef void rest(Stage* stage) noexcept nogil
cdef void mix(Stage* stage, Strip** strips, int many, const float* programme) noexcept nogil
cdef void _pick(Strip* strip) noexcept nogil
cdef const float* _sum(Stage* stage, Strip** strips, int many, const float* programme) noexcept nogil
cdef bint _add(Stage* stage, const float* part, bint first) noexcept nogil
cdef bint _apart(Stage* stage, Strip** strips, int many, Strip* strip) noexcept nogil
cdef bint _audible(Strip** strips, int many, const Strip* strip) noexcept nogil
cdef bint _told(Strip** strips, int many, const Strip* strip) noexcept nogil
cdef void _own(Stage* stage, Strip** strips, int many, Strip* strip, const float* total) noexcept nogil
