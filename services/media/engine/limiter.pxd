cdef enum:
    LOOKAHEAD = 128
    TAPS = 12
    HALF = 6
    BLOCK = 32
    DELAY = 133      # LOOKAHEAD - 1 + HALF

cdef struct Limiter:
    float past[DELAY]
    double enough[LOOKAHEAD - 1]
    double held[LOOKAHEAD]
    int free

cdef void begin(Limiter* limiter) noexcept nogil
cdef void limit(Limiter* limiter, const float* frame, float* out) noexcept nogil
cdef void _limited(Limiter* limiter, const float* line, float* out) noexcept nogil
cdef void _enough(const float* line, double* out) noexcept nogil
cdef void _look(const float* line, double* out) noexcept nogil
cdef void _raise(const float* line, const float* weights, float* peak) noexcept nogil
cdef void _lowest(double* enough, int many) noexcept nogil
cdef void _release(Limiter* limiter, const double* lowest, double* held) noexcept nogil
cdef bint _near(const float* line, int many) noexcept nogil
