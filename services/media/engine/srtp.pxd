from .libsrtp cimport srtp_ctx_t

cdef enum:
    GCM
    CM

cdef enum:
    TRAILER = 16     # bytes by which a packet grows, at most

cdef bint begin() noexcept nogil
cdef srtp_ctx_t* session(int protection, const unsigned char* key, bint outbound) noexcept nogil
cdef void end(srtp_ctx_t* context) noexcept nogil
cdef bint protect(srtp_ctx_t* context, unsigned char* packet, int* size) noexcept nogil
cdef bint unprotect(srtp_ctx_t* context, unsigned char* packet, int* size) noexcept nogil
