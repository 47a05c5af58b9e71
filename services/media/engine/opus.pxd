from .libopus cimport OpusDecoder, OpusEncoder

cdef int packet_samples(const unsigned char* payload, int size) noexcept nogil
cdef OpusDecoder* new_decoder() noexcept nogil
cdef OpusEncoder* new_encoder(int bitrate) noexcept nogil
cdef int decode(OpusDecoder* decoder, const unsigned char* payload, int size, float* out) noexcept nogil
cdef int recover(OpusDecoder* decoder, const unsigned char* following, int size, int samples, float* out) noexcept nogil
cdef int conceal(OpusDecoder* decoder, int samples, float* out) noexcept nogil
cdef int encode(OpusEncoder* encoder, const float* frame, unsigned char* out) noexcept nogil
cdef void follow(OpusEncoder* encoder, const OpusEncoder* before) noexcept nogil
cdef void restart(OpusEncoder* encoder) noexcept nogil
