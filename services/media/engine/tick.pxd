from .frame cimport TICK
from .limiter cimport Limiter
from .stage cimport Stage
from .strip cimport Strip

cdef struct Room:
    Strip** strips
    int many
    int places
    Limiter limiter
    Stage stage
    double level
    float total[TICK]
    float out[TICK]

cdef void begin(Room* room, int most, int bitrate) noexcept nogil
cdef void end(Room* room) noexcept nogil
cdef bint add(Room* room, Strip* strip) noexcept nogil
cdef void remove(Room* room, Strip* strip) noexcept nogil
cdef void mix(Room* room) noexcept nogil
