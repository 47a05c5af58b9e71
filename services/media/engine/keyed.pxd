from .libcrypto cimport EVP_CIPHER_CTX, SHA_CTX

cdef enum:
    GCM
    CM

cdef enum:
    VECTOR = 16
    TAG = 16         # bytes of the longest one

cdef struct Keyed:
    int protection
    int tag
    EVP_CIPHER_CTX* cipher
    unsigned char salt[VECTOR]
    SHA_CTX inner
    SHA_CTX outer

cdef struct Secrets:
    unsigned char key[16]
    unsigned char salt[14]
    unsigned char proof[20]

cdef bint derive(int protection, const unsigned char* master, int label, Secrets* secrets) noexcept nogil
cdef bint begin(Keyed* keyed, int protection, bint outbound, const Secrets* secrets) noexcept nogil
cdef void end(Keyed* keyed) noexcept nogil
cdef void vector(const Keyed* keyed, unsigned int ssrc, unsigned long long index, unsigned char* out) noexcept nogil
cdef bint seal(
    Keyed* keyed, const unsigned char* vector, unsigned char* packet, int clear, int size, const unsigned char* behind, unsigned char* tag
) noexcept nogil
cdef bint open(
    Keyed* keyed, const unsigned char* vector, unsigned char* packet, int clear, int size, const unsigned char* behind, const unsigned char* tag
) noexcept nogil
cdef bint _stream(EVP_CIPHER_CTX* cipher, const unsigned char* vector, unsigned char* data, int size) noexcept nogil
cdef bint _clear(Keyed* keyed, const unsigned char* vector, const unsigned char* packet, int clear, const unsigned char* behind) noexcept nogil
cdef void _prove(const Keyed* keyed, const unsigned char* packet, int size, const unsigned char* behind, unsigned char* digest) noexcept nogil
