"""The one UDP socket of a tick thread. Plain and non-blocking, read empty once a tick: asyncio's datagram endpoint
reads one packet per turn of its loop and lost a third of them when measured.
"""

import socket
from collections.abc import Iterator
from contextlib import suppress

from libs.service.cannotstart import CannotStart
from services.media.mixing.rtp import LONGEST
from services.media.sender import Address

BUFFER = 4 << 20
AT_ONCE = 4_000
"""Datagrams in one tick: ten times what a core can mix. More wait in the socket's buffer, then the kernel drops."""


class UdpPort:
    """A bound socket. Raises CannotStart when somebody else has the port."""

    def __init__(self, host: str, port: int) -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._socket = socket.socket(family, socket.SOCK_DGRAM)
        try:
            self._socket.bind((host, port))
        except OSError as fault:
            self._socket.close()
            raise CannotStart(f"RTP_PORT: can't listen on UDP {host}:{port}: {fault.strerror}") from fault
        self._socket.setblocking(False)
        with suppress(OSError):
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)

    @property
    def port(self) -> int:
        """The number, also when 0 was asked for."""
        bound: int = self._socket.getsockname()[1]
        return bound

    def fileno(self) -> int:
        """For poll."""
        return self._socket.fileno()

    def drain(self) -> Iterator[tuple[bytes, Address]]:
        """What has arrived since the last time."""
        receive = self._socket.recvfrom
        for _ in range(AT_ONCE):
            try:
                data, address = receive(LONGEST + 1)
            except BlockingIOError:
                return
            except OSError:
                continue
            yield data, (address[0], address[1])

    def send(self, data: bytes, address: Address) -> None:
        """Send one datagram, or lose it: a full buffer is the network's way to say no."""
        with suppress(OSError):
            self._socket.sendto(data, address)

    def close(self) -> None:
        """Give the port back."""
        self._socket.close()
