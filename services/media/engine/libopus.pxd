# The part of libopus that the mixer uses (RFC 6716).

cdef extern from "opus/opus.h" nogil:
    ctypedef struct OpusDecoder:
        pass
    ctypedef struct OpusEncoder:
        pass
    int OPUS_APPLICATION_VOIP
    int OPUS_APPLICATION_RESTRICTED_LOWDELAY
    int OPUS_SET_BITRATE_REQUEST
    int OPUS_SET_COMPLEXITY_REQUEST
    int OPUS_SET_INBAND_FEC_REQUEST
    int OPUS_SET_PACKET_LOSS_PERC_REQUEST
    int opus_decoder_get_size(int channels)
    int opus_decoder_init(OpusDecoder* state, int rate, int channels)
    int opus_decode_float(OpusDecoder* state, const unsigned char* data, int size, float* pcm, int samples, int fec)
    int opus_encoder_get_size(int channels)
    int opus_encoder_init(OpusEncoder* state, int rate, int channels, int application)
    int opus_encoder_ctl(OpusEncoder* state, int request, ...)
    int opus_encode_float(OpusEncoder* state, const float* pcm, int samples, unsigned char* data, int most)
