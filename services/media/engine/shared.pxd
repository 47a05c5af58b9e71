from .frame cimport LARGEST
from .limiter cimport Limiter
from .opus cimport Coder
from .strip cimport Strip

# One encode. `ran`: somebody heard it in the tick before; `taken`: it goes on from something in this one; `wanted`:
# somebody will hear it, who loses at most `loss` percent.
cdef struct Encode:
    Coder coder
    int ran
    int taken
    int wanted
    int loss
    int size
    unsigned char packet[LARGEST]

# Who loses packets hears the second encode.
cdef struct Shared:
    int bitrate
    Limiter limiter
    Encode encodes[2]
    int used

cdef void begin(Shared* shared, int bitrate) noexcept nogil
cdef void end(Shared* shared) noexcept nogil
cdef void rest(Shared* shared) noexcept nogil
cdef bint same(const Strip* one, const Strip* other) noexcept nogil
cdef void turn(Strip* strip) noexcept nogil
cdef bint turning(const Strip* strip) noexcept nogil
cdef bint spoke(Strip* strip, bint spoke) noexcept nogil
cdef void part(Shared* shared, Strip* strip, bint apart) noexcept nogil
cdef void make(Shared* shared, const float* total) noexcept nogil
cdef void own(Shared* shared, Strip* strip, const float* line) noexcept nogil
cdef bint _arrived(const Strip* strip) noexcept nogil
cdef int _encoded(Coder* coder, int bitrate, int loss, const float* sound, unsigned char* out) noexcept nogil
