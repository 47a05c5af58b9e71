"""Sixteen-bit sequence numbers and 32-bit timestamps that wrap (RFC 3550 section 5.1), made to count on."""

WRAP = 1 << 16
HALF = 1 << 15


def extend(sequence: int, near: int) -> int:
    """The number with these low 16 bits that is nearest to `near`; in a tie the later one."""
    ahead = (sequence - near) % WRAP
    return near + (ahead if ahead <= HALF else ahead - WRAP)


def elapsed(timestamp: int, before: int) -> int:
    """Samples from one RTP timestamp to another, negative when it is earlier."""
    ahead = (timestamp - before) & 0xFFFFFFFF
    return ahead if ahead < 1 << 31 else ahead - (1 << 32)
