"""When a datagram came, by the kernel's own clock: how late the tick is that reads it says nothing of the network."""

import cython
from cython.cimports.services.media.engine import sockets
from cython.cimports.services.media.engine.admission import ADDRESS
from cython.cimports.services.media.engine.frame import DATAGRAM

LONGEST = cython.declare(cython.longlong, 48_000)
"""Samples: what is said to have waited longer came while somebody set the clock."""


def ask(fd: cython.int) -> cython.void:
    """Have a socket's datagrams stamped; without that they came when they are read."""
    on: cython.int = 1
    sockets.setsockopt(fd, sockets.SOL_SOCKET, sockets.SO_TIMESTAMPNS, cython.address(on), cython.sizeof(cython.int))


def wall() -> cython.longlong:
    """Nanoseconds of the clock that stamps."""
    now: sockets.timespec
    sockets.clock_gettime(sockets.CLOCK_REALTIME, cython.address(now))
    return cython.cast(cython.longlong, now.tv_sec) * 1_000_000_000 + now.tv_nsec


def read(
    fd: cython.int,
    packet: cython.pointer[Packet],
    address: cython.pointer[Address],
    wall: cython.longlong,
) -> cython.longlong:
    """Take a datagram; `packet.size` is negative when there is none. Returns for how many samples it has lain there."""
    message: sockets.msghdr
    part: sockets.iovec
    control: cython.size_t[8]
    head: cython.pointer[sockets.cmsghdr]
    stamp: cython.pointer[sockets.timespec]
    waited: cython.longlong
    part.iov_base = packet.bytes
    part.iov_len = DATAGRAM + 1
    message.msg_name = address.bytes
    message.msg_namelen = ADDRESS
    message.msg_iov = cython.address(part)
    message.msg_iovlen = 1
    message.msg_control = control
    message.msg_controllen = cython.sizeof(control)
    message.msg_flags = 0
    packet.size = cython.cast(cython.int, sockets.recvmsg(fd, cython.address(message), sockets.MSG_DONTWAIT))
    address.size = message.msg_namelen
    head = sockets.CMSG_FIRSTHDR(cython.address(message))
    if packet.size < 0 or head == cython.NULL or head.cmsg_type != sockets.SCM_TIMESTAMPNS:
        return 0
    stamp = cython.cast(cython.pointer[sockets.timespec], sockets.CMSG_DATA(head))
    waited = wall - cython.cast(cython.longlong, stamp.tv_sec) * 1_000_000_000 - stamp.tv_nsec
    waited = waited * 48 // 1_000_000
    return waited if 0 < waited < LONGEST else 0
