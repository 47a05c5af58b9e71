"""DTLS records (RFC 6347 section 4.1), from outside: OpenSSL writes them one after the other into a memory BIO, and
which of them share a datagram is for us to say.
"""

from collections.abc import Iterator

HEADER = 13
TYPES = range(20, 64)


def is_dtls(data: bytes) -> bool:
    """True for what RFC 7983 section 7 gives to DTLS."""
    return len(data) > HEADER and data[0] in TYPES


def records(data: bytes) -> Iterator[bytes]:
    """Each whole record; what is left behind the last one is dropped."""
    at = 0
    while at + HEADER <= len(data):
        end = at + HEADER + int.from_bytes(data[at + 11 : at + HEADER], "big")
        if end > len(data):
            return
        yield data[at:end]
        at = end


def datagrams(data: bytes, most: int) -> list[bytes]:
    """The same records in as few datagrams of at most so many bytes as their order allows."""
    packed: list[bytes] = []
    for record in records(data):
        if packed and len(packed[-1]) + len(record) <= most:
            packed[-1] += record
        else:
            packed.append(record)
    return packed
