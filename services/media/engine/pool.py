"""Memory for packets on their way from the socket to the decoder: taken and given back, never allocated one by one.

A pool grows by slabs of 64 packets until `most` slabs are lent out; then packets are left in the socket's buffer, and
the kernel drops. It never shrinks: what was once needed will be needed again.
"""

import cython
from cython.cimports.libc.stdlib import free, malloc


def begin(pool: cython.pointer[Pool], most: cython.int) -> cython.void:
    """An empty pool of at most `most` slabs, 1024 being the limit."""
    pool.free = cython.NULL
    pool.many = 0
    pool.most = min(1024, most)
    pool.lent = 0


def end(pool: cython.pointer[Pool]) -> cython.void:
    """Give all memory back, packets that are still lent out too."""
    number: cython.int
    for number in range(pool.many):
        free(pool.slabs[number])
    pool.many = 0
    pool.free = cython.NULL


def take(pool: cython.pointer[Pool]) -> cython.pointer[Packet]:
    """A packet, or NULL when there is none left."""
    packet: cython.pointer[Packet]
    number: cython.int
    if pool.free == cython.NULL:
        if pool.many == pool.most:
            return cython.NULL
        packet = cython.cast(cython.pointer[Packet], malloc(SLAB * cython.sizeof(Packet)))
        if packet == cython.NULL:
            return cython.NULL
        pool.slabs[pool.many] = packet
        pool.many += 1
        for number in range(SLAB):
            packet[number].following = pool.free
            pool.free = cython.address(packet[number])
    packet = pool.free
    pool.free = packet.following
    pool.lent += 1
    return packet


def give(pool: cython.pointer[Pool], packet: cython.pointer[Packet]) -> cython.void:
    """Nobody looks at it any more."""
    packet.following = pool.free
    pool.free = packet
    pool.lent -= 1
