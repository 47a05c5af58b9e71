from .libopus cimport OpusDecoder, OpusEncoder

# `loss`: how many percent of its packets who hears them loses; 0: for all others. `begun`: it has something to go on.
cdef struct Coder:
    OpusEncoder* state
    int loss
    int begun

cdef int packet_samples(const unsigned char* payload, int size) noexcept nogil
cdef OpusDecoder* new_decoder() noexcept nogil
cdef bint ready(Coder* coder, int bitrate, int loss) noexcept nogil
cdef void give(Coder* coder) noexcept nogil
cdef int decode(OpusDecoder* decoder, const unsigned char* payload, int size, float* out) noexcept nogil
cdef int recover(OpusDecoder* decoder, const unsigned char* following, int size, int samples, float* out) noexcept nogil
cdef int conceal(OpusDecoder* decoder, int samples, float* out) noexcept nogil
cdef int encode(Coder* coder, const float* frame, unsigned char* out) noexcept nogil
cdef void follow(Coder* coder, const Coder* before) noexcept nogil
cdef void restart(Coder* coder) noexcept nogil
