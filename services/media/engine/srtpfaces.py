"""SRTP as Python objects, for tests: the engine's own way with a packet, and its keys. The tick thread does not pass
through here.
"""

import cython
from cython.cimports.libc.string import memcpy
from cython.cimports.services.media.engine import keyed as keys
from cython.cimports.services.media.engine import srtp
from cython.cimports.services.media.engine.keyed import Keyed, Secrets
from cython.cimports.services.media.engine.srtp import Srtp

LONGEST = cython.declare(cython.int, 1_500)


def derived(protection: int, master: bytes, label: int) -> tuple[bytes, bytes, bytes]:
    """The cipher's key, the salt, the key of the HMAC."""
    secrets: Secrets
    line: cython.p_char = master
    if not keys.derive(protection, cython.cast(cython.p_uchar, line), label, cython.address(secrets)):
        raise MemoryError
    salt = cython.cast(cython.p_char, secrets.salt)[:14]
    return cython.cast(cython.p_char, secrets.key)[:16], salt, cython.cast(cython.p_char, secrets.proof)[:20]


@cython.cclass
class Session:
    """Session keys, without streams."""

    _keyed: Keyed

    def __init__(self, protection: int, outbound: bool, key: bytes, salt: bytes) -> None:  # noqa: FBT001  # Cython's methods take it by position
        secrets: Secrets
        memcpy(secrets.key, cython.cast(cython.p_char, key), 16)
        memcpy(secrets.salt, cython.cast(cython.p_char, salt), len(salt))
        if not keys.begin(cython.address(self._keyed), protection, outbound, cython.address(secrets)):
            raise MemoryError

    def __dealloc__(self) -> None:
        keys.end(cython.address(self._keyed))

    def seal(self, packet: bytes, clear: int, number: tuple[int, int], behind: bytes | None) -> tuple[bytes, bytes]:
        """The packet and its tag; `number` is SSRC and index."""
        line: cython.uchar[1_500]
        start: cython.uchar[16]
        tag: cython.uchar[16]
        size: cython.int = len(packet)
        last: cython.p_char = cython.NULL
        if behind is not None:
            last = behind
        memcpy(line, cython.cast(cython.p_char, packet), size)
        keys.vector(cython.address(self._keyed), number[0], number[1], start)
        if not keys.seal(cython.address(self._keyed), start, line, clear, size, cython.cast(cython.p_uchar, last), tag):
            raise ValueError("these bytes can't be sealed")
        return cython.cast(cython.p_char, line)[:size], cython.cast(cython.p_char, tag)[: self._keyed.tag]


@cython.cclass
class Way:
    """One direction of one peer."""

    _context: cython.pointer[Srtp]
    _line: cython.uchar[1_520]

    def __init__(self, protection: int, key: bytes, outbound: bool) -> None:  # noqa: FBT001  # as Session
        self._context = srtp.session(
            protection, cython.cast(cython.p_uchar, cython.cast(cython.p_char, key)), outbound, 0
        )
        if self._context == cython.NULL:
            raise MemoryError

    def __dealloc__(self) -> None:
        srtp.end(self._context)

    def protect(self, packet: bytes) -> bytes | None:
        """As it goes out; None when it may not."""
        size: cython.int = self._put(packet)
        if not srtp.protect(self._context, self._line, cython.address(size)):
            return None
        return cython.cast(cython.p_char, self._line)[:size]

    def unprotect(self, packet: bytes) -> bytes | None:
        """As it was made; None when it is not authentic."""
        size: cython.int = self._put(packet)
        if not srtp.unprotect(self._context, self._line, cython.address(size)):
            return None
        return cython.cast(cython.p_char, self._line)[:size]

    @cython.cfunc
    def _put(self, packet: bytes) -> cython.int:
        if len(packet) > LONGEST:
            raise ValueError(f"{len(packet)} bytes, {LONGEST} at most")
        memcpy(self._line, cython.cast(cython.p_char, packet), len(packet))
        return len(packet)


def again(out: Way, back: Way, packet: bytes, many: int) -> None:
    """Protect and unprotect so many packets with that payload, and make no Python object meanwhile."""
    size: cython.int
    whole: cython.int = out._put(packet)  # noqa: SLF001  # this file's
    number: cython.int
    times: cython.int = many
    with cython.nogil:
        for number in range(times):
            out._line[2] = number >> 8 & 0xFF  # noqa: SLF001  # as above
            out._line[3] = number & 0xFF  # noqa: SLF001  # as above
            size = whole
            if srtp.protect(out._context, out._line, cython.address(size)):  # noqa: SLF001  # as above
                srtp.unprotect(back._context, out._line, cython.address(size))  # noqa: SLF001  # as above
