"""Which of the last packets came (RFC 3711 section 3.3.2), so that none is taken twice."""

import cython


def fresh(window: cython.pointer[cython.const[Window]], index: cython.longlong) -> cython.bint:
    """True when this one did not come, and is not so old that nobody knows."""
    back: cython.longlong = window.highest - index
    if back < 0:
        return True
    return back < WINDOW and not window.seen[back >> 6] >> (back & 63) & 1


def mark(window: cython.pointer[Window], index: cython.longlong) -> cython.void:
    """It came."""
    ahead: cython.longlong = index - window.highest
    one: cython.ulonglong = 1
    if ahead >= 64:
        window.seen[1] = window.seen[0] << (ahead - 64) if ahead < WINDOW else 0
        window.seen[0] = 0
    elif ahead > 0:
        window.seen[1] = window.seen[1] << ahead | window.seen[0] >> (64 - ahead)
        window.seen[0] <<= ahead
    window.highest = max(window.highest, index)
    window.seen[(window.highest - index) >> 6] |= one << ((window.highest - index) & 63)
