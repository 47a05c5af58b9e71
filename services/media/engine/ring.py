"""A ring of fixed structs between two threads: one writes, one reads, nobody waits, nothing is copied twice.

    writer   cell = claim(ring); fill it; publish(ring)         NULL when the reader is too slow: dropped, and counted
    reader   cell = peek(ring); look at it; release(ring)       NULL when there is nothing

Head and tail count on for ever and wrap where unsigned does; only the writer moves the head, only the reader the tail.
"""

import cython
from cython.cimports.libc.stdlib import calloc, free
from cython.cimports.services.media.engine.atomics import load, store


def begin(ring: cython.pointer[Ring], cell: cython.int, cells: cython.uint) -> cython.bint:
    """`cells`, a power of two, of `cell` bytes. False when there is no memory."""
    ring.cell = cell
    ring.mask = cells - 1
    ring.head = ring.tail = 0
    ring.dropped = 0
    ring.cells = cython.cast(cython.p_uchar, calloc(cells, cell))
    return ring.cells != cython.NULL


def end(ring: cython.pointer[Ring]) -> cython.void:
    """Give the memory back, when both threads are done."""
    free(ring.cells)
    ring.cells = cython.NULL


def claim(ring: cython.pointer[Ring]) -> cython.p_void:
    """The writer's next cell, with what an earlier round left in it."""
    if ring.head - load(cython.address(ring.tail)) > ring.mask:
        ring.dropped += 1
        return cython.NULL
    return ring.cells + cython.cast(cython.size_t, ring.head & ring.mask) * ring.cell


def publish(ring: cython.pointer[Ring]) -> cython.void:
    """The reader may have what was claimed."""
    store(cython.address(ring.head), ring.head + 1)


def peek(ring: cython.pointer[Ring]) -> cython.p_void:
    """The reader's next cell."""
    if load(cython.address(ring.head)) == ring.tail:
        return cython.NULL
    return ring.cells + cython.cast(cython.size_t, ring.tail & ring.mask) * ring.cell


def release(ring: cython.pointer[Ring]) -> cython.void:
    """The writer may have it back."""
    store(cython.address(ring.tail), ring.tail + 1)


def filled(ring: cython.pointer[Ring]) -> cython.uint:
    """Cells that wait, as the writer sees it."""
    return ring.head - load(cython.address(ring.tail))
