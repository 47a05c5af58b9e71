from .aim cimport Aim
from .frame cimport TICK
from .green cimport Green
from .limiter cimport Limiter
from .stage cimport Stage
from .strip cimport Strip

cdef struct Room:
    Strip** strips
    int many
    int places
    int talk
    Aim aim
    Limiter limiter
    Stage stage
    Green green
    double level
    int channels
    float total[TICK]
    float sides[2 * TICK]
    float out[2 * TICK]

cdef void begin(Room* room, int most, int bitrate, int channels) noexcept nogil
cdef void end(Room* room) noexcept nogil
cdef bint add(Room* room, Strip* strip) noexcept nogil
cdef void remove(Room* room, Strip* strip) noexcept nogil
cdef void mix(Room* room) noexcept nogil
cdef bint _talks(Room* room) noexcept nogil
cdef void _loud(Room* room) noexcept nogil
cdef void _fade(Room* room, Strip* strip) noexcept nogil
cdef void _part(Strip* strip) noexcept nogil
cdef void _listen(Room* room) noexcept nogil
cdef void _add(Room* room, Strip* strip, bint first) noexcept nogil
