cdef enum:
    LOOKAHEAD = 8
    DELAY = 134      # LOOKAHEAD blocks, and half of the taps
    CHANNELS = 2

cdef struct Limiter:
    float past[CHANNELS][DELAY]
    double enough[LOOKAHEAD]
    double held[LOOKAHEAD]
    int free

cdef void begin(Limiter* limiter) noexcept nogil
cdef void limit(Limiter* limiter, int channels, const float* frame, float* out) noexcept nogil
cdef void _limited(Limiter* limiter, int channels, const float* lines, float* out) noexcept nogil
cdef void _enough(const float* line, double* enough) noexcept nogil
cdef void _corners(Limiter* limiter, const double* enough, float* corners) noexcept nogil
cdef bint _rests(Limiter* limiter) noexcept nogil
