"""Numbers that wrap (RFC 3550 section 5.1), made to count on. The twin of mixing/sequence.py."""

import cython


def extend(sequence: cython.int, near: cython.longlong) -> cython.longlong:
    """The number with these low 16 bits that is nearest to `near`; in a tie the later one."""
    ahead: cython.longlong = (sequence - near) & 0xFFFF
    return near + (ahead if ahead <= 32_768 else ahead - 65_536)


def elapsed(timestamp: cython.uint, before: cython.uint) -> cython.longlong:
    """Samples from one RTP timestamp to another, negative when it is earlier."""
    return cython.cast(cython.int, timestamp - before)
