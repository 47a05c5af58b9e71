"""By which way a WebRTC source's datagrams come: a table from addresses that STUN has proven to numbers of sources.

Open addressing, of which at most half is used. What leaves the table is not marked as gone: those behind it move up.
"""

import cython
from cython.cimports.libc.string import memcmp
from cython.cimports.services.media.engine import sockets


def find(table: cython.pointer[cython.const[Table]], address: cython.pointer[cython.const[Address]]) -> cython.int:
    """Whose datagrams come from there; -1: nobody's."""
    if table.many == 0:
        return -1
    return table.spots[_spot(table, address, mark_of(address, True))].source - 1


def lead(
    table: cython.pointer[Table],
    address: cython.pointer[cython.const[Address]],
    source: cython.int,
) -> cython.void:
    """From now on they are this source's, whosever they were. A full table takes no more."""
    mark: cython.uint = mark_of(address, True)
    at: cython.int = _spot(table, address, mark)
    if table.spots[at].source == 0:
        if table.many >= SPOTS // 2:
            return
        table.many += 1
        table.spots[at].mark = mark
        table.spots[at].address = address[0]
    table.spots[at].source = source + 1


def forget(
    table: cython.pointer[Table],
    address: cython.pointer[cython.const[Address]],
    source: cython.int,
) -> cython.void:
    """They are nobody's, if they were this source's."""
    hole: cython.int = _spot(table, address, mark_of(address, True))
    at: cython.int = hole
    home: cython.int
    if table.spots[hole].source != source + 1:
        return
    table.many -= 1
    while True:
        at = (at + 1) & (SPOTS - 1)
        if table.spots[at].source == 0:
            break
        home = table.spots[at].mark & (SPOTS - 1)
        if (at - home) & (SPOTS - 1) >= (at - hole) & (SPOTS - 1):
            table.spots[hole] = table.spots[at]
            hole = at
    table.spots[hole].source = 0


def mark_of(address: cython.pointer[cython.const[Address]], port: cython.bint) -> cython.uint:
    """A hash of a host, and of its port when that counts."""
    family: cython.int = cython.cast(cython.pointer[sockets.sockaddr], address.bytes).sa_family
    number: cython.int = 4 if family == sockets.AF_INET else 8
    end: cython.int = number + (4 if family == sockets.AF_INET else 16)
    mark: cython.uint = 2_166_136_261
    while number < end:
        mark = (mark ^ address.bytes[number]) * 16_777_619
        number += 1
    if port:
        mark = (mark ^ address.bytes[2]) * 16_777_619
        mark = (mark ^ address.bytes[3]) * 16_777_619
    return mark ^ mark >> 15


def same(one: cython.pointer[cython.const[Address]], two: cython.pointer[cython.const[Address]]) -> cython.bint:
    """Family, port and host; an IPv6 flow may change."""
    family: cython.int = cython.cast(cython.pointer[sockets.sockaddr], one.bytes).sa_family
    if one.size != two.size or memcmp(one.bytes, two.bytes, 4) != 0:
        return False
    if family == sockets.AF_INET:
        return memcmp(one.bytes + 4, two.bytes + 4, 4) == 0
    return memcmp(one.bytes + 8, two.bytes + 8, 16) == 0


def _spot(
    table: cython.pointer[cython.const[Table]],
    address: cython.pointer[cython.const[Address]],
    mark: cython.uint,
) -> cython.int:
    """Where it is, or would be."""
    at: cython.int = mark & (SPOTS - 1)
    while table.spots[at].source != 0 and not (
        table.spots[at].mark == mark and same(cython.address(table.spots[at].address), address)
    ):
        at = (at + 1) & (SPOTS - 1)
    return at
