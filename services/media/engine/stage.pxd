from .frame cimport LARGEST, TICK
from .libopus cimport OpusEncoder
from .limiter cimport Limiter
from .selection cimport Selection
from .strip cimport Strip

cdef struct Stage:
    Selection selection
    int bitrate
    Limiter limiter
    OpusEncoder* encoder
    int ran
    int used
    int size
    unsigned char packet[LARGEST]
    float total[TICK]

cdef void begin(Stage* stage, int most, int bitrate) noexcept nogil
cdef void end(Stage* stage) noexcept nogil
cdef void rest(Stage* stage) noexcept nogil
cdef void mix(Stage* stage, Strip** strips, int many, const float* programme) noexcept nogil
cdef void _pick(Strip* strip) noexcept nogil
cdef const float* _sum(Stage* stage, Strip** strips, int many, const float* programme) noexcept nogil
cdef bint _same(const Strip* one, const Strip* other) noexcept nogil
cdef bint _apart(Strip** strips, int many, Strip* strip) noexcept nogil
cdef void _part(Stage* stage, Strip* strip, bint apart, bint* taken) noexcept nogil
cdef void _own(Stage* stage, Strip** strips, int many, Strip* strip, const float* total) noexcept nogil
cdef bint _shares(Strip** strips, int many) noexcept nogil
cdef int _encoded(OpusEncoder** encoder, int bitrate, const float* sound, unsigned char* out) noexcept nogil
