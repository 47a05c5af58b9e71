"""Where a datagram came from. Our own address is always the same one, so this is the whole 5-tuple."""

from typing import NamedTuple


class Route(NamedTuple):
    """The other end: `tcp` for a connection that carries datagrams in frames (RFC 4571), else UDP."""

    host: str
    port: int
    tcp: bool = False
