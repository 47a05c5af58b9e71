"""Parts of what reads browsers' packets as Python objects, for tests. The tick thread does not pass through here."""

import cython
from cython.cimports.libc.stdlib import calloc, free
from cython.cimports.services.media.engine import reception, red, routes
from cython.cimports.services.media.engine.admission import Address
from cython.cimports.services.media.engine.reception import Reception
from cython.cimports.services.media.engine.red import Block
from cython.cimports.services.media.engine.routes import Table
from cython.cimports.services.media.engine.secured import socket_address_of


def unpack(payload: bytes) -> list[tuple[int, int, bytes]] | None:
    """Redundant data as (payload type, samples before, payload), the oldest first; None when it is not that."""
    blocks: Block[9]
    line: cython.p_char = payload
    many: cython.int = red.unpack(cython.cast(cython.p_uchar, line), 0, len(payload), blocks)
    number: cython.int
    found = []
    for number in range(many):
        begin = blocks[number].begin
        found.append((blocks[number].kind, blocks[number].before, payload[begin : begin + blocks[number].size]))
    return found or None


@cython.cclass
class Arrivals:
    """How one source's packets arrive."""

    _reception: Reception

    def __cinit__(self) -> None:
        reception.begin(cython.address(self._reception))

    @property
    def counts(self) -> tuple[int, int, int, float]:
        """Extended highest sequence number, expected, received, jitter."""
        one = self._reception
        return one.highest, one.highest - one.first + 1, one.received, one.jitter

    def receive(self, sequence: int, timestamp: int, now: int) -> None:
        """One packet came."""
        reception.receive(cython.address(self._reception), sequence, timestamp, now)

    def fill(self, sequence: int) -> bool:
        """True once for a packet that did not come."""
        return reception.fill(cython.address(self._reception), sequence)


@cython.cclass
class Paths:
    """The table of routes."""

    _table: cython.pointer[Table]

    def __cinit__(self) -> None:
        self._table = cython.cast(cython.pointer[Table], calloc(1, cython.sizeof(Table)))
        if self._table == cython.NULL:
            raise MemoryError

    def __dealloc__(self) -> None:
        free(self._table)

    def lead(self, host: str, port: int, source: int) -> None:
        """From now on it is this source's."""
        address: Address
        socket_address_of(cython.address(address), host, port)
        routes.lead(self._table, cython.address(address), source)

    def forget(self, host: str, port: int, source: int) -> None:
        """It is nobody's, if it was this source's."""
        address: Address
        socket_address_of(cython.address(address), host, port)
        routes.forget(self._table, cython.address(address), source)

    def find(self, host: str, port: int) -> int:
        """Whose it is; -1: nobody's."""
        address: Address
        socket_address_of(cython.address(address), host, port)
        return routes.find(self._table, cython.address(address))
