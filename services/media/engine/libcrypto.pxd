# The part of OpenSSL's libcrypto that the mixer uses. SHA1_* are called old since 3.0; EVP's HMAC and digests, which are
# to be used instead, get and give back memory for each packet.

cdef extern from * nogil:
    """
    #define OPENSSL_SUPPRESS_DEPRECATED
    """

cdef extern from "openssl/evp.h" nogil:
    ctypedef struct EVP_CIPHER:
        pass
    ctypedef struct EVP_CIPHER_CTX:
        pass
    int EVP_CTRL_AEAD_GET_TAG
    int EVP_CTRL_AEAD_SET_TAG
    const EVP_CIPHER* EVP_aes_128_gcm()
    const EVP_CIPHER* EVP_aes_128_ctr()
    EVP_CIPHER_CTX* EVP_CIPHER_CTX_new()
    void EVP_CIPHER_CTX_free(EVP_CIPHER_CTX* context)
    int EVP_CIPHER_CTX_ctrl(EVP_CIPHER_CTX* context, int request, int size, void* data)
    int EVP_CipherInit_ex(
        EVP_CIPHER_CTX* context,
        const EVP_CIPHER* cipher,
        void* engine,
        const unsigned char* key,
        const unsigned char* vector,
        int encrypt,
    )
    int EVP_CipherUpdate(EVP_CIPHER_CTX* context, unsigned char* out, int* made, const unsigned char* data, int size)
    int EVP_CipherFinal_ex(EVP_CIPHER_CTX* context, unsigned char* out, int* made)

cdef extern from "openssl/sha.h" nogil:
    ctypedef struct SHA_CTX:
        pass
    int SHA1_Init(SHA_CTX* state)
    int SHA1_Update(SHA_CTX* state, const void* data, size_t size)
    int SHA1_Final(unsigned char* digest, SHA_CTX* state)

cdef extern from "openssl/crypto.h" nogil:
    int CRYPTO_memcmp(const void* one, const void* other, size_t size)
    void OPENSSL_cleanse(void* memory, size_t size)
