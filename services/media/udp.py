"""The UDP sockets of the tick threads: one each, with numbers that follow each other. They read and write them."""

import socket
from contextlib import ExitStack, suppress

from libs.service.cannotstart import CannotStart

BUFFER = 4 << 20


class UdpPort:
    """A bound socket. Raises CannotStart when somebody else has the port."""

    def __init__(self, host: str, port: int) -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.socket = socket.socket(family, socket.SOCK_DGRAM)
        try:
            self.socket.bind((host, port))
        except OSError as fault:
            self.socket.close()
            raise CannotStart(f"RTP_PORT: can't listen on UDP {host}:{port}: {fault.strerror}") from fault
        self.socket.setblocking(False)
        with suppress(OSError):
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)

    @property
    def port(self) -> int:
        """The number, also when 0 was asked for."""
        bound: int = self.socket.getsockname()[1]
        return bound

    def close(self) -> None:
        """Give the port back."""
        self.socket.close()


def udp_ports(host: str, first: int, many: int) -> list[UdpPort]:
    """So many from `first` on; any, when that is 0. Raises CannotStart."""
    bound: list[UdpPort] = []
    with ExitStack() as undo:
        for number in range(many):
            each = UdpPort(host, first and first + number)
            undo.callback(each.close)
            bound.append(each)
        undo.pop_all()
    return bound
