# The part of libsrtp2 that the mixer uses (RFC 3711, RFC 7714).

cdef extern from "srtp2/srtp.h" nogil:
    ctypedef struct srtp_ctx_t:
        pass
    ctypedef struct srtp_crypto_policy_t:
        pass
    ctypedef struct srtp_ssrc_t:
        int type
        unsigned int value
    ctypedef struct srtp_policy_t:
        srtp_ssrc_t ssrc
        srtp_crypto_policy_t rtp
        srtp_crypto_policy_t rtcp
        unsigned char* key
        unsigned long window_size
    int ssrc_any_inbound
    int ssrc_any_outbound
    int srtp_init()
    void srtp_crypto_policy_set_aes_gcm_128_16_auth(srtp_crypto_policy_t* policy)
    void srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(srtp_crypto_policy_t* policy)
    int srtp_create(srtp_ctx_t** session, const srtp_policy_t* policy)
    int srtp_dealloc(srtp_ctx_t* session)
    int srtp_protect(srtp_ctx_t* session, void* packet, int* size)
    int srtp_unprotect(srtp_ctx_t* session, void* packet, int* size)
