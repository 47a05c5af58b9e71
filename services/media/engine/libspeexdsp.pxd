# The part of libspeexdsp that the mixer uses.

cdef extern from "speex/speex_preprocess.h" nogil:
    ctypedef struct SpeexPreprocessState:
        pass
    int SPEEX_PREPROCESS_SET_DENOISE
    int SPEEX_PREPROCESS_SET_AGC
    int SPEEX_PREPROCESS_SET_DEREVERB
    SpeexPreprocessState* speex_preprocess_state_init(int samples, int rate)
    void speex_preprocess_state_destroy(SpeexPreprocessState* state)
    int speex_preprocess_run(SpeexPreprocessState* state, short* pcm)
    int speex_preprocess_ctl(SpeexPreprocessState* state, int request, void* value)
