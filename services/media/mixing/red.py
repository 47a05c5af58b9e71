"""Redundant audio data (RFC 2198): a packet that carries the ones before it as well.

Chromium repeats the packet before in each when both sides speak of `red`; a single loss then costs nothing but the
wait for the next packet.
"""

MOST = 8


class NotRed(ValueError):
    """The payload is not built like redundant data."""


def unpack(payload: bytes) -> list[tuple[int, int, bytes]]:
    """Blocks as (payload type, samples before the packet's timestamp, payload), the oldest first. Raises NotRed."""
    headers: list[tuple[int, int, int]] = []
    at = 0
    while at < len(payload) and payload[at] & 0x80:
        if at + 4 > len(payload) or len(headers) == MOST:
            raise NotRed(f"block headers end behind the payload, or are more than {MOST}")
        word = int.from_bytes(payload[at : at + 4], "big")
        headers.append((word >> 24 & 0x7F, word >> 10 & 0x3FFF, word & 0x3FF))
        at += 4
    if at >= len(payload):
        raise NotRed("the primary block has no header")
    kind, at = payload[at], at + 1
    blocks = []
    for each, before, length in headers:
        if at + length > len(payload):
            raise NotRed("a block ends behind the payload")
        blocks.append((each, before, payload[at : at + length]))
        at += length
    return [*blocks, (kind, 0, payload[at:])]
