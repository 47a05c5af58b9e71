"""Where a datagram came from. Our own address is always the same one, so this is the whole 5-tuple."""

from typing import NamedTuple


class Route(NamedTuple):
    """The other end: `tcp` for a connection that carries datagrams in frames (RFC 4571), else UDP. A connection's sound
    goes to and from the tick thread by `relay`, a UDP port of ours on the address that we listen on.
    """

    host: str
    port: int
    tcp: bool = False
    relay: tuple[str, int] | None = None

    @property
    def on_desk(self) -> tuple[str, int]:
        """Where the tick thread sees it."""
        return self.relay or (self.host, self.port)
