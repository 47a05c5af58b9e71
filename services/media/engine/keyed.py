"""AES-128-GCM (RFC 7714) and AES-128-CM with HMAC-SHA1-80 (RFC 3711) with one set of session keys, on libcrypto.

A cipher is made once and gets a new vector for each packet; nothing is allocated for one. SRTP and SRTCP differ in
what is clear, in the number that makes the vector, and in the four bytes `behind` that are authenticated but no part of
what is encrypted: the roll-over counter, or the word with the index.
"""

import cython
from cython.cimports.libc.string import memcpy, memset
from cython.cimports.services.media.engine.libcrypto import (
    EVP_CTRL_AEAD_GET_TAG,
    EVP_CTRL_AEAD_SET_TAG,
    CRYPTO_memcmp,
    EVP_aes_128_ctr,
    EVP_aes_128_gcm,
    EVP_CIPHER_CTX_ctrl,
    EVP_CIPHER_CTX_free,
    EVP_CIPHER_CTX_new,
    EVP_CipherFinal_ex,
    EVP_CipherInit_ex,
    EVP_CipherUpdate,
    OPENSSL_cleanse,
    SHA1_Final,
    SHA1_Init,
    SHA1_Update,
)

PROTECTIONS = {"SRTP_AEAD_AES_128_GCM": (GCM, 28), "SRTP_AES128_CM_SHA1_80": (CM, 30)}
"""By OpenSSL's names: which, and how long master key and salt are together."""

BLOCK = cython.declare(cython.int, 64)
DIGEST = cython.declare(cython.int, 20)
BEHIND = cython.declare(cython.int, 4)


def derive(
    protection: cython.int,
    master: cython.pointer[cython.const[cython.uchar]],
    label: cython.int,
    secrets: cython.pointer[Secrets],
) -> cython.bint:
    """Session keys out of a master key and the salt behind it (RFC 3711 4.3, RFC 7714 11). `label` is that of the
    cipher's key: 0 for SRTP, 3 for SRTCP.
    """
    cipher: cython.pointer[EVP_CIPHER_CTX] = EVP_CIPHER_CTX_new()
    start: cython.uchar[16]
    salt: cython.int = 12 if protection == GCM else 14
    good: cython.bint = cipher != cython.NULL
    memset(secrets, 0, cython.sizeof(Secrets))
    memset(start, 0, 16)
    memcpy(start, master + 16, salt)
    good = good and EVP_CipherInit_ex(cipher, EVP_aes_128_ctr(), cython.NULL, master, cython.NULL, 1)
    start[7] ^= label
    good = good and _stream(cipher, start, secrets.key, 16)
    start[7] ^= label ^ (label + 1)
    good = good and _stream(cipher, start, secrets.proof, DIGEST)
    start[7] ^= (label + 1) ^ (label + 2)
    good = good and _stream(cipher, start, secrets.salt, salt)
    EVP_CIPHER_CTX_free(cipher)
    return good


def begin(
    keyed: cython.pointer[Keyed],
    protection: cython.int,
    outbound: cython.bint,
    secrets: cython.pointer[cython.const[Secrets]],
) -> cython.bint:
    """With session keys. False when there is no memory; `end` is due all the same."""
    pad: cython.uchar[64]
    number: cython.int
    memset(keyed, 0, cython.sizeof(Keyed))
    keyed.protection = protection
    keyed.tag = 16 if protection == GCM else 10
    memcpy(keyed.salt, secrets.salt, 12 if protection == GCM else 14)
    for number in range(BLOCK):
        pad[number] = 0x36 ^ (secrets.proof[number] if number < DIGEST else 0)
    SHA1_Init(cython.address(keyed.inner))
    SHA1_Update(cython.address(keyed.inner), pad, BLOCK)
    for number in range(BLOCK):
        pad[number] ^= 0x36 ^ 0x5C
    SHA1_Init(cython.address(keyed.outer))
    SHA1_Update(cython.address(keyed.outer), pad, BLOCK)
    OPENSSL_cleanse(pad, BLOCK)
    keyed.cipher = EVP_CIPHER_CTX_new()
    if keyed.cipher == cython.NULL:
        return False
    return EVP_CipherInit_ex(
        keyed.cipher,
        EVP_aes_128_gcm() if protection == GCM else EVP_aes_128_ctr(),
        cython.NULL,
        secrets.key,
        cython.NULL,
        outbound or protection == CM,
    )


def end(keyed: cython.pointer[Keyed]) -> cython.void:
    """Forget its keys."""
    EVP_CIPHER_CTX_free(keyed.cipher)
    OPENSSL_cleanse(keyed, cython.sizeof(Keyed))


def vector(
    keyed: cython.pointer[cython.const[Keyed]], ssrc: cython.uint, index: cython.ulonglong, out: cython.p_uchar
) -> cython.void:
    """Where the key stream of a packet begins: VECTOR bytes (RFC 3711 4.1.1, RFC 7714 8.1 and 9.1)."""
    at: cython.int = 2 if keyed.protection == GCM else 4
    number: cython.int
    memcpy(out, keyed.salt, VECTOR)
    for number in range(4):
        out[at + number] ^= ssrc >> (24 - 8 * number) & 0xFF
    for number in range(6):
        out[at + 4 + number] ^= index >> (40 - 8 * number) & 0xFF


def seal(  # noqa: PLR0913, PLR0917  # what a packet is, and what authenticates it
    keyed: cython.pointer[Keyed],
    vector: cython.pointer[cython.const[cython.uchar]],
    packet: cython.p_uchar,
    clear: cython.int,
    size: cython.int,
    behind: cython.pointer[cython.const[cython.uchar]],
    tag: cython.p_uchar,
) -> cython.bint:
    """Encrypt what is behind the first `clear` bytes of `size`, and write the tag. `behind` may be NULL."""
    digest: cython.uchar[20]
    made: cython.int
    if keyed.protection == GCM:
        return (
            _clear(keyed, vector, packet, clear, behind)
            and EVP_CipherUpdate(keyed.cipher, packet + clear, cython.address(made), packet + clear, size - clear)
            and EVP_CipherFinal_ex(keyed.cipher, packet + size, cython.address(made))
            and EVP_CIPHER_CTX_ctrl(keyed.cipher, EVP_CTRL_AEAD_GET_TAG, keyed.tag, tag)
        )
    if not _stream(keyed.cipher, vector, packet + clear, size - clear):
        return False
    _prove(keyed, packet, size, behind, digest)
    memcpy(tag, digest, keyed.tag)
    return True


def open(  # noqa: A001, PLR0913, PLR0917  # the other way round from `seal`
    keyed: cython.pointer[Keyed],
    vector: cython.pointer[cython.const[cython.uchar]],
    packet: cython.p_uchar,
    clear: cython.int,
    size: cython.int,
    behind: cython.pointer[cython.const[cython.uchar]],
    tag: cython.pointer[cython.const[cython.uchar]],
) -> cython.bint:
    """The inverse. False when the tag is not that of these bytes; the packet may be damaged then."""
    digest: cython.uchar[20]
    made: cython.int
    if keyed.protection == GCM:
        return (
            _clear(keyed, vector, packet, clear, behind)
            and EVP_CipherUpdate(keyed.cipher, packet + clear, cython.address(made), packet + clear, size - clear)
            and EVP_CIPHER_CTX_ctrl(
                keyed.cipher,
                EVP_CTRL_AEAD_SET_TAG,
                keyed.tag,
                cython.cast(cython.p_void, tag),
            )
            and EVP_CipherFinal_ex(keyed.cipher, digest, cython.address(made)) > 0
        )
    _prove(keyed, packet, size, behind, digest)
    if CRYPTO_memcmp(digest, tag, keyed.tag) != 0:
        return False
    return _stream(keyed.cipher, vector, packet + clear, size - clear)


def _stream(
    cipher: cython.pointer[EVP_CIPHER_CTX],
    vector: cython.pointer[cython.const[cython.uchar]],
    data: cython.p_uchar,
    size: cython.int,
) -> cython.bint:
    """AES-CM is AES in counter mode."""
    made: cython.int
    return EVP_CipherInit_ex(cipher, cython.NULL, cython.NULL, cython.NULL, vector, -1) and EVP_CipherUpdate(
        cipher, data, cython.address(made), data, size
    )


def _clear(
    keyed: cython.pointer[Keyed],
    vector: cython.pointer[cython.const[cython.uchar]],
    packet: cython.pointer[cython.const[cython.uchar]],
    clear: cython.int,
    behind: cython.pointer[cython.const[cython.uchar]],
) -> cython.bint:
    """Begin a packet of GCM, whose clear bytes come first."""
    made: cython.int
    return (
        EVP_CipherInit_ex(keyed.cipher, cython.NULL, cython.NULL, cython.NULL, vector, -1)
        and EVP_CipherUpdate(keyed.cipher, cython.NULL, cython.address(made), packet, clear)
        and (behind == cython.NULL or EVP_CipherUpdate(keyed.cipher, cython.NULL, cython.address(made), behind, BEHIND))
    )


def _prove(
    keyed: cython.pointer[cython.const[Keyed]],
    packet: cython.pointer[cython.const[cython.uchar]],
    size: cython.int,
    behind: cython.pointer[cython.const[cython.uchar]],
    digest: cython.p_uchar,
) -> cython.void:
    """HMAC-SHA1 (RFC 2104), of whose key both halves are done."""
    state: SHA_CTX = keyed.inner
    SHA1_Update(cython.address(state), packet, size)
    SHA1_Update(cython.address(state), behind, BEHIND)
    SHA1_Final(digest, cython.address(state))
    state = keyed.outer
    SHA1_Update(cython.address(state), digest, DIGEST)
    SHA1_Final(digest, cython.address(state))
