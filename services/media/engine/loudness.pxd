cdef enum:
    MOMENTARY = 4
    SHORT = 30
    BINS = 1000
    EARS = 2

cdef struct Weighting:
    double x1
    double x2
    double y1
    double y2
    double z1
    double z2

cdef struct Loudness:
    Weighting states[EARS]
    double power
    int ticks
    int many
    int at
    int top
    double recent[SHORT]
    long long counts[BINS]
    double sums[BINS]

cdef double lufs(double power) noexcept nogil
cdef void begin(Loudness* loudness) noexcept nogil
cdef bint hear(Loudness* loudness, int channels, const float* frame) noexcept nogil
cdef double mean(Loudness* loudness, int many) noexcept nogil
cdef double integrated(Loudness* loudness) noexcept nogil
cdef double _weighted(Weighting* state, const float* sound) noexcept nogil
cdef void _keep(Loudness* loudness, double power) noexcept nogil
cdef int _bin(double loudness) noexcept nogil
cdef long long _above(Loudness* loudness, int first, double* total) noexcept nogil
