"""Parts of what reads browsers' packets as Python objects, for tests. The tick thread does not pass through here."""

import cython
from cython.cimports.services.media.engine import reception, red
from cython.cimports.services.media.engine.reception import Reception
from cython.cimports.services.media.engine.red import Block


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
