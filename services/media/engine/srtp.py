"""SRTP of one direction of one peer (RFC 3711; AES-GCM: RFC 7714), in place. RTCP is none of this: its packets count
apart and are protected in services/media/transport/srtp.py, with the same keys.
"""

import cython
from cython.cimports.libc.string import memset
from cython.cimports.services.media.engine import libsrtp

WINDOW = cython.declare(cython.int, 1_024)
"""Packets that may come out of order, as in transport/srtp.py."""


def begin() -> cython.bint:
    """Once for the process, before all else."""
    return libsrtp.srtp_init() == 0


def session(
    protection: cython.int, key: cython.pointer[cython.const[cython.uchar]], outbound: cython.bint
) -> cython.pointer[libsrtp.srtp_ctx_t]:
    """One direction. `key` is the master key and behind it the master salt: 16 and 12 bytes for GCM, 16 and 14 for CM
    with HMAC-SHA1-80. NULL when there is no memory.
    """
    made: cython.pointer[libsrtp.srtp_ctx_t] = cython.NULL
    policy: libsrtp.srtp_policy_t
    memset(cython.address(policy), 0, cython.sizeof(libsrtp.srtp_policy_t))
    if protection == GCM:
        libsrtp.srtp_crypto_policy_set_aes_gcm_128_16_auth(cython.address(policy.rtp))
        libsrtp.srtp_crypto_policy_set_aes_gcm_128_16_auth(cython.address(policy.rtcp))
    else:
        libsrtp.srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(cython.address(policy.rtp))
        libsrtp.srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(cython.address(policy.rtcp))
    policy.ssrc.type = libsrtp.ssrc_any_outbound if outbound else libsrtp.ssrc_any_inbound
    policy.key = cython.cast(cython.p_uchar, key)
    policy.window_size = WINDOW
    if libsrtp.srtp_create(cython.address(made), cython.address(policy)) != 0:
        return cython.NULL
    return made


def end(context: cython.pointer[libsrtp.srtp_ctx_t]) -> cython.void:
    """Forget its keys. NULL is nothing."""
    if context != cython.NULL:
        libsrtp.srtp_dealloc(context)


def protect(
    context: cython.pointer[libsrtp.srtp_ctx_t], packet: cython.p_uchar, size: cython.pointer[cython.int]
) -> cython.bint:
    """Make an RTP packet of `size` bytes, with room for TRAILER more, what goes out."""
    return libsrtp.srtp_protect(context, packet, size) == 0


def unprotect(
    context: cython.pointer[libsrtp.srtp_ctx_t], packet: cython.p_uchar, size: cython.pointer[cython.int]
) -> cython.bint:
    """Make what came an RTP packet. False when it was not made with the key, or came before; it may be damaged then."""
    return libsrtp.srtp_unprotect(context, packet, size) == 0
