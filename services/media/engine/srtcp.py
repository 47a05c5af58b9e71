"""SRTCP of one direction of one peer (RFC 3711 section 3.4, RFC 7714 section 9), for who has RTCP."""

import cython
from cython.cimports.libc.string import memcpy
from cython.cimports.services.media.engine import keyed as keys
from cython.cimports.services.media.engine import replay, srtp
from cython.cimports.services.media.engine.keyed import GCM
from cython.cimports.services.media.engine.rtp import put, word
from cython.cimports.services.media.engine.srtp import Srtp, Stream

from services.media.engine.keyed import PROTECTIONS

CLEAR = cython.declare(cython.int, 8)
LONGEST = cython.declare(cython.int, 1_500)
LABEL = cython.declare(cython.int, 3)
ENCRYPTED = cython.declare(cython.uint, 1 << 31)
INDEX = cython.declare(cython.int, 4)


@cython.cclass
class Srtcp:
    """`profile` is OpenSSL's name of one of keyed.PROTECTIONS, `key` as in srtp.py."""

    _context: cython.pointer[Srtp]
    _line: cython.uchar[1_520]

    def __init__(self, profile: str, key: bytes, outbound: bool) -> None:  # noqa: FBT001  # Cython's methods take it by position
        line: cython.p_char = key
        protection, size = PROTECTIONS[profile]
        if len(key) != size:
            raise ValueError(f"{len(key)} bytes of key and salt; {profile} has {size}")
        self._context = srtp.session(protection, cython.cast(cython.p_uchar, line), outbound, LABEL)
        if self._context == cython.NULL:
            raise MemoryError

    def __dealloc__(self) -> None:
        srtp.end(self._context)

    def protect(self, packet: bytes) -> bytes:
        """A compound packet as it goes out. Raises ValueError when it is none."""
        size: cython.int = len(packet)
        if not CLEAR <= len(packet) <= LONGEST:
            raise ValueError(f"a compound packet has {CLEAR} to {LONGEST} bytes, not {len(packet)}")
        memcpy(self._line, cython.cast(cython.p_char, packet), size)
        if not _protect(self._context, self._line, cython.address(size)):
            raise ValueError("as many packets or SSRCs as one key may have")
        return cython.cast(cython.p_char, self._line)[:size]

    def unprotect(self, packet: bytes) -> bytes | None:
        """The compound packet that came; None when it was not made with the key, or came before."""
        size: cython.int = len(packet)
        if len(packet) > LONGEST:
            return None
        memcpy(self._line, cython.cast(cython.p_char, packet), size)
        if not _unprotect(self._context, self._line, cython.address(size)):
            return None
        return cython.cast(cython.p_char, self._line)[:size]


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def _protect(context: cython.pointer[Srtp], packet: cython.p_uchar, size: cython.pointer[cython.int]) -> cython.bint:
    start: cython.uchar[16]
    said: cython.uchar[4]
    ssrc: cython.uint = word(packet + 4)
    stream: cython.pointer[Stream] = srtp.find(context, ssrc)
    index: cython.longlong = 0 if stream == cython.NULL else stream.window.highest + 1
    tag: cython.p_uchar = packet + size[0] + (0 if context.keyed.protection == GCM else INDEX)
    if index >= ENCRYPTED or not srtp.mark(context, ssrc, index):
        return False
    put(said, ENCRYPTED | cython.cast(cython.uint, index))
    keys.vector(cython.address(context.keyed), ssrc, index, start)
    if not keys.seal(cython.address(context.keyed), start, packet, CLEAR, size[0], said, tag):
        return False
    memcpy(packet + size[0] + (context.keyed.tag if context.keyed.protection == GCM else 0), said, INDEX)
    size[0] += context.keyed.tag + INDEX
    return True


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def _unprotect(context: cython.pointer[Srtp], packet: cython.p_uchar, size: cython.pointer[cython.int]) -> cython.bint:
    start: cython.uchar[16]
    said: cython.uchar[4]
    length: cython.int = size[0] - context.keyed.tag - INDEX
    if length < CLEAR:
        return False
    ssrc: cython.uint = word(packet + 4)
    stream: cython.pointer[Stream] = srtp.find(context, ssrc)
    memcpy(said, packet + length + (context.keyed.tag if context.keyed.protection == GCM else 0), INDEX)
    index: cython.longlong = word(said) & (ENCRYPTED - 1)
    if not said[0] & 0x80 or (stream != cython.NULL and not replay.fresh(cython.address(stream.window), index)):
        return False
    keys.vector(cython.address(context.keyed), ssrc, index, start)
    tag: cython.p_uchar = packet + length + (0 if context.keyed.protection == GCM else INDEX)
    if not keys.open(cython.address(context.keyed), start, packet, CLEAR, length, said, tag):
        return False
    size[0] = length
    return srtp.mark(context, ssrc, index)
