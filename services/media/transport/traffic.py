"""What the tick thread has counted of one peer's packets, as reports need it."""

from typing import Protocol


class Traffic(Protocol):
    """Of what the peer sends, by RFC 3550: its `ssrc`, the extended `highest` sequence number (-1 before the first
    packet), packets `expected` and `received`, `jitter` in samples. Of what is sent to it: `packets`, `octets` of
    payload, and the last `timestamp`.
    """

    @property
    def ssrc(self) -> int: ...
    @property
    def highest(self) -> int: ...
    @property
    def expected(self) -> int: ...
    @property
    def received(self) -> int: ...
    @property
    def jitter(self) -> int: ...
    @property
    def packets(self) -> int: ...
    @property
    def octets(self) -> int: ...
    @property
    def timestamp(self) -> int: ...
