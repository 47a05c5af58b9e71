cdef enum:
    CLICKLESS = 480

cdef enum Under:
    SILENT
    SAME
    RAMPED

cdef struct Ramp:
    float rise
    float fall
    float gain

cdef void begin(Ramp* ramp, int rise, int fall) noexcept nogil
cdef void pace(Ramp* ramp, int rise, int fall) noexcept nogil
cdef void move(Ramp* ramp, float target) noexcept nogil
cdef Under apply(Ramp* ramp, const float* frame, float target, float* out) noexcept nogil
cdef const float* both(Ramp* ramp, const float* sides, float target, float* out) noexcept nogil
cdef const float* under(Ramp* ramp, const float* frame, float target, float* out) noexcept nogil
