from .frame cimport TICK
from .shared cimport Shared
from .strip cimport Strip

cdef struct Green:
    Shared shared
    float total[TICK]

cdef void begin(Green* green, int bitrate) noexcept nogil
cdef void end(Green* green) noexcept nogil
cdef void mix(Green* green, Strip** strips, int many) noexcept nogil
cdef void _alone(Green* green, Strip* strip) noexcept nogil
cdef void _sum(Green* green, Strip** strips, int many) noexcept nogil
cdef void _part(Green* green, Strip** strips, int many) noexcept nogil
cdef bint _spoke(Strip** strips, int many, const Strip* strip) noexcept nogil
cdef void _own(Green* green, Strip** strips, int many, Strip* strip) noexcept nogil
