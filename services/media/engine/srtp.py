"""SRTP of one direction of one peer (RFC 3711; AES-GCM: RFC 7714), in place. What both have agreed on in DTLS never
changes: no rekeying, no MKI. RTCP is in srtcp.py.

A stream is known from its first authentic packet on, and never forgotten, since its old packets would be new then:
after STREAMS of them there are no more.
"""

import cython
from cython.cimports.libc.stdlib import calloc, free
from cython.cimports.services.media.engine import keyed as keys
from cython.cimports.services.media.engine import replay
from cython.cimports.services.media.engine.keyed import GCM, Secrets
from cython.cimports.services.media.engine.libcrypto import OPENSSL_cleanse
from cython.cimports.services.media.engine.rtp import FIXED, put, word
from cython.cimports.services.media.engine.sequence import extend


def session(
    protection: cython.int,
    key: cython.pointer[cython.const[cython.uchar]],
    outbound: cython.bint,
    label: cython.int,
) -> cython.pointer[Srtp]:
    """One direction. `key` is the master key and behind it the master salt: 16 and 12 bytes for GCM, 16 and 14 for CM
    with HMAC-SHA1-80; `label` as in keyed.py. NULL when there is no memory.
    """
    secrets: Secrets
    made: cython.pointer[Srtp] = cython.cast(cython.pointer[Srtp], calloc(1, cython.sizeof(Srtp)))
    good: cython.bint
    if made == cython.NULL:
        return cython.NULL
    good = keys.derive(protection, key, label, cython.address(secrets))
    good = keys.begin(cython.address(made.keyed), protection, outbound, cython.address(secrets)) and good
    OPENSSL_cleanse(cython.address(secrets), cython.sizeof(Secrets))
    if good:
        return made
    end(made)
    return cython.NULL


def end(context: cython.pointer[Srtp]) -> cython.void:
    """Forget its keys. NULL is nothing."""
    if context != cython.NULL:
        keys.end(cython.address(context.keyed))
        free(context)


def protect(context: cython.pointer[Srtp], packet: cython.p_uchar, size: cython.pointer[cython.int]) -> cython.bint:
    """Make an RTP packet of `size` bytes, with room for TRAILER more, what goes out. False for one that is not behind
    all others of its SSRC: a vector is used once.
    """
    start: cython.uchar[16]
    rolled: cython.uchar[4]
    clear: cython.int = _header(packet, size[0])
    if clear < 0:
        return False
    ssrc: cython.uint = word(packet + 8)
    stream: cython.pointer[Stream] = find(context, ssrc)
    index: cython.longlong = packet[2] << 8 | packet[3]
    if stream != cython.NULL:
        index = extend(cython.cast(cython.int, index), stream.window.highest)
        if index <= stream.window.highest:
            return False
    keys.vector(cython.address(context.keyed), ssrc, index, start)
    put(rolled, cython.cast(cython.uint, index >> 16))
    if not mark(context, ssrc, index) or not keys.seal(
        cython.address(context.keyed),
        start,
        packet,
        clear,
        size[0],
        cython.NULL if context.keyed.protection == GCM else cython.cast(cython.p_uchar, rolled),
        packet + size[0],
    ):
        return False
    size[0] += context.keyed.tag
    return True


def unprotect(context: cython.pointer[Srtp], packet: cython.p_uchar, size: cython.pointer[cython.int]) -> cython.bint:
    """Make what came an RTP packet. False when it was not made with the key, or came before; it may be damaged then."""
    start: cython.uchar[16]
    rolled: cython.uchar[4]
    length: cython.int = size[0] - context.keyed.tag
    clear: cython.int = _header(packet, length)
    if clear < 0:
        return False
    ssrc: cython.uint = word(packet + 8)
    stream: cython.pointer[Stream] = find(context, ssrc)
    index: cython.longlong = packet[2] << 8 | packet[3]
    if stream != cython.NULL:
        index = extend(cython.cast(cython.int, index), stream.window.highest)
        if index < 0 or not replay.fresh(cython.address(stream.window), index):
            return False
    keys.vector(cython.address(context.keyed), ssrc, index, start)
    put(rolled, cython.cast(cython.uint, index >> 16))
    if not keys.open(
        cython.address(context.keyed),
        start,
        packet,
        clear,
        length,
        cython.NULL if context.keyed.protection == GCM else cython.cast(cython.p_uchar, rolled),
        packet + length,
    ):
        return False
    size[0] = length
    return mark(context, ssrc, index)


def find(context: cython.pointer[Srtp], ssrc: cython.uint) -> cython.pointer[Stream]:
    """NULL when nothing authentic came from it, or went out."""
    number: cython.int
    for number in range(context.many):
        if context.streams[number].ssrc == ssrc:
            return cython.address(context.streams[number])
    return cython.NULL


def mark(context: cython.pointer[Srtp], ssrc: cython.uint, index: cython.longlong) -> cython.bint:
    """It came, or goes out. False when there are too many streams for one more."""
    stream: cython.pointer[Stream] = find(context, ssrc)
    if stream == cython.NULL:
        if context.many == STREAMS:
            return False
        stream = cython.address(context.streams[context.many])
        context.many += 1
        stream.ssrc = ssrc
        stream.window.highest = -1
        stream.window.seen[0] = stream.window.seen[1] = 0
    replay.mark(cython.address(stream.window), index)
    return True


def _header(packet: cython.pointer[cython.const[cython.uchar]], size: cython.int) -> cython.int:
    """Bytes of an RTP packet that stay readable; negative when it has no such."""
    clear: cython.int
    if size < FIXED or packet[0] >> 6 != 2:
        return -1
    clear = FIXED + 4 * (packet[0] & 0x0F)
    if packet[0] & 0x10:
        if clear + 4 > size:
            return -1
        clear += 4 + 4 * (packet[clear + 2] << 8 | packet[clear + 3])
    return clear if clear <= size else -1
