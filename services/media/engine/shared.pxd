from .frame cimport LARGEST
from .libopus cimport OpusEncoder
from .limiter cimport Limiter
from .strip cimport Strip

cdef struct Shared:
    int bitrate
    Limiter limiter
    OpusEncoder* encoder
    int ran
    int used
    int size
    unsigned char packet[LARGEST]

cdef void begin(Shared* shared, int bitrate) noexcept nogil
cdef void end(Shared* shared) noexcept nogil
cdef void rest(Shared* shared) noexcept nogil
cdef bint same(const Strip* one, const Strip* other) noexcept nogil
cdef void turn(Strip* strip) noexcept nogil
cdef bint turning(const Strip* strip) noexcept nogil
cdef bint spoke(Strip* strip, bint spoke) noexcept nogil
cdef void part(Shared* shared, Strip* strip, bint apart, bint* taken) noexcept nogil
cdef void make(Shared* shared, const float* total, bint wanted) noexcept nogil
cdef void own(Shared* shared, Strip* strip, const float* line) noexcept nogil
cdef bint _arrived(const Strip* strip) noexcept nogil
cdef int _encoded(OpusEncoder** encoder, int bitrate, const float* sound, unsigned char* out) noexcept nogil
