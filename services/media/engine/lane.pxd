from .bus cimport Bus
from .frame cimport TICK
from .ramp cimport Ramp

cdef struct Lane:
    Bus bus
    Ramp air
    Ramp aside
    Ramp told
    float beside[TICK]
    float said[TICK]

cdef void begin(Lane* lane) noexcept nogil
cdef void assign(Lane* lane, int bus, bint silent) noexcept nogil
cdef bint plain(const Lane* lane) noexcept nogil
cdef void move(Lane* lane) noexcept nogil
cdef const float* aside(Lane* lane, const float* heard) noexcept nogil
cdef const float* told(Lane* lane, const float* heard) noexcept nogil
cdef float on_air(const Lane* lane) noexcept nogil
cdef float off_air(const Lane* lane) noexcept nogil
cdef float in_talkback(const Lane* lane) noexcept nogil
