"""What a desk is told about its WebRTC sources by those who have STUN, DTLS and RTCP. Part of Desk, in desk.py."""

from collections.abc import Iterable, Sequence

import cython
from cython.cimports.libc.stdlib import calloc, free
from cython.cimports.libc.string import memcpy, memset
from cython.cimports.services.media.engine import ring, srtp
from cython.cimports.services.media.engine.console import AGAIN, LOSS, ROUTE, SECURE, TERMS, WANTED, Command
from cython.cimports.services.media.engine.routes import ROUTES, Routes
from cython.cimports.services.media.engine.running import Running
from cython.cimports.services.media.engine.srtp import Srtp

from services.media.engine.keyed import PROTECTIONS
from services.media.engine.told import Full, socket_address


@cython.cclass
class Secured(Running):
    """No method blocks; what is asked for is done before the next tick, and for a source that is not WEBRTC never."""

    def terms(self, source: int, red: int | None = None, level: int | None = None, nack: bool = False) -> None:  # noqa: FBT001, FBT002  # Cython's methods take it by position
        """What its offer settled beside Opus: the payload type of RED, the id of the level (RFC 6464), and whether
        packets will be asked for `again`, which costs 65 kB.
        """
        command: cython.pointer[Command] = self._claim()
        command.order = TERMS
        command.source = source
        command.red = -1 if red is None else red
        command.level = 0 if level is None else level
        command.again = nack
        ring.publish(cython.address(self._console.commands))

    def secure(self, source: int, inbound: bytes | None, outbound: bytes | None, profile: str) -> None:
        """The keys of each direction, master key and salt; None: nothing is taken, or sent, that way. `profile` is
        OpenSSL's name of one of keyed.PROTECTIONS.
        """
        command: cython.pointer[Command]
        protection, size = PROTECTIONS[profile]
        for key in (inbound, outbound):
            if key is not None and len(key) != size:
                raise ValueError(f"{len(key)} bytes of key and salt; {profile} has {size}")
        command = self._claim()
        command.order = SECURE
        command.source = source
        command.inbound = _session(protection, inbound, False)
        command.outbound = _session(protection, outbound, True)
        ring.publish(cython.address(self._console.commands))

    def routes(self, source: int, routes: Sequence[tuple[str, int]]) -> None:
        """Whence its datagrams come from now on, and only they; at most 16. The first one is where to send."""
        command: cython.pointer[Command]
        made: cython.pointer[Routes]
        number: cython.int
        if len(routes) > ROUTES:
            raise ValueError(f"{len(routes)} routes, {ROUTES} at most")
        command = self._claim()
        made = cython.cast(cython.pointer[Routes], calloc(1, cython.sizeof(Routes)))
        if made == cython.NULL:
            raise MemoryError
        made.many = len(routes)
        try:
            for number in range(made.many):
                host, port = routes[number]
                socket_address_of(cython.address(made.addresses[number]), host, port)
        except ValueError:
            free(made)
            raise
        command.order = ROUTE
        command.source = source
        command.routes = made
        ring.publish(cython.address(self._console.commands))

    def again(self, source: int, sequences: Iterable[int]) -> None:
        """Send these packets once more, where they went out in the last second; at most 100 a second."""
        command: cython.pointer[Command]
        number: cython.int
        wanted = list(sequences)
        for at in range(0, len(wanted), WANTED):
            command = self._claim()
            command.order = AGAIN
            command.source = source
            command.many = min(WANTED, len(wanted) - at)
            for number in range(command.many):
                command.wanted[number] = wanted[at + number] & 0xFFFF
            ring.publish(cython.address(self._console.commands))

    def loses(self, source: int, percent: int) -> None:
        """How much of what is sent to it gets lost. Above 0 its packets say again what was in the one before, which is
        a dearer encode; those who lose share one.
        """
        command: cython.pointer[Command] = self._claim()
        command.order = LOSS
        command.source = source
        command.many = percent
        ring.publish(cython.address(self._console.commands))

    def _claim(self):
        command: cython.pointer[Command] = cython.cast(
            cython.pointer[Command], ring.claim(cython.address(self._console.commands))
        )
        if command == cython.NULL:
            raise Full("4096 commands wait")
        memset(command, 0, cython.sizeof(Command))
        return command


def socket_address_of(out, host, port) -> int:
    """The address as the system writes it. Raises ValueError."""
    line: bytes = socket_address(host, port)
    out.size = len(line)
    memcpy(out.bytes, cython.cast(cython.p_char, line), len(line))
    return 0


@cython.cfunc
def _session(protection: cython.int, key, outbound: cython.bint) -> cython.pointer[Srtp]:
    made: cython.pointer[Srtp]
    if key is None:
        return cython.NULL
    line: bytes = key
    made = srtp.session(protection, cython.cast(cython.p_uchar, cython.cast(cython.p_char, line)), outbound, 0)
    if made == cython.NULL:
        raise MemoryError
    return made
