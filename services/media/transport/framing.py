"""Datagrams over a TCP connection, each behind its length (RFC 4571); what ICE-TCP speaks (RFC 6544 section 3)."""

LONGEST = 1_500


class TooLong(ValueError):
    """The stream announces a frame that no peer of ours sends; there is no way back into step."""


def framed(data: bytes) -> bytes:
    """One datagram as it goes into the stream."""
    return len(data).to_bytes(2, "big") + data


class Deframer:
    """The reading end of one connection."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[bytes]:
        """Take what came; returns every datagram that is whole now. Raises TooLong."""
        line = self._rest + data
        whole, at = [], 0
        while at + 2 <= len(line):
            end = at + 2 + int.from_bytes(line[at : at + 2], "big")
            if end - at - 2 > LONGEST:
                raise TooLong(f"a frame of {end - at - 2} bytes; {LONGEST} at most")
            if end > len(line):
                break
            if end > at + 2:
                whole.append(line[at + 2 : end])
            at = end
        self._rest = line[at:]
        return whole
