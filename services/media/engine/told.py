"""What a tick thread says."""

import socket
from enum import IntEnum
from ipaddress import ip_address
from typing import NamedTuple


class Fact(IntEnum):
    """What a Told says; the order is that of console.pxd."""

    CONNECTED = 0
    DISCONNECTED = 1
    TALKING = 2
    HUSHED = 3
    GONE = 4
    CLOSED = 5
    METER = 6
    ROOM_METER = 7
    STALLED = 8
    FLOODING = 9
    MISBEHAVED = 10


class Traffic(NamedTuple):
    """What RTCP says of a WebRTC source. Of what it sends, by RFC 3550: its `ssrc`, the extended `highest` sequence
    number (-1 before the first packet), packets expected and received, jitter in samples. Of what is sent to it:
    packets, octets of payload, and the timestamp that belongs to the tick of this word.
    """

    ssrc: int
    highest: int
    expected: int
    received: int
    jitter: int
    packets: int
    octets: int
    timestamp: int


class Meters(NamedTuple):
    """How loud a room's programme is, or a source before its fader. LUFS over 400 ms, over 3 s and of all of it (those
    two of a programme alone); the highest point since the last meter, of a programme between samples too (dBTP); the
    decibels that its gain adds, toward the room's loudness or a voice's.
    """

    momentary: float
    short: float
    integrated: float
    peak: float
    gain: float


class Told(NamedTuple):
    """Something that became true at a tick, or a meter. `depth` is samples, `level` dBFS; `source` is -1 for a room.
    `traffic` is a WebRTC source's, `meters` are those of METER and ROOM_METER. FLOODING: it sends more in this second
    than is taken. MISBEHAVED has the `fault`, by the words of mixing/conduct.py, at most once a minute.
    """

    fact: Fact
    room: int
    source: int
    tick: int
    level: float
    depth: int
    lost: int
    dropped: int
    traffic: Traffic | None = None
    fault: str | None = None
    meters: Meters | None = None


class Played(NamedTuple):
    """A packet of a recorded source: its payload is heard from `begin` samples behind the beginning of `tick` on, for
    `span` samples. An empty payload was missing there, and was concealed; the packet may yet have come, to be played
    later.
    """

    source: int
    tick: int
    sequence: int
    timestamp: int
    payload: bytes
    begin: int
    span: int


class Sounded(NamedTuple):
    """A tick of a recorded source that comes as samples: int16, interleaved, as before its fader."""

    source: int
    tick: int
    channels: int
    pcm: bytes


class Full(RuntimeError):
    """A ring is full: the tick thread does not keep up, or does not run."""


def socket_address(host: str, port: int) -> bytes:
    """A sockaddr_in or sockaddr_in6 of Linux."""
    address = ip_address(host.partition("%")[0])
    if address.version == 4:
        return socket.AF_INET.to_bytes(2, "little") + port.to_bytes(2, "big") + address.packed + bytes(8)
    return socket.AF_INET6.to_bytes(2, "little") + port.to_bytes(2, "big") + bytes(4) + address.packed + bytes(4)


def host_and_port(address: bytes) -> tuple[str, int]:
    """The inverse."""
    at, size = (4, 4) if int.from_bytes(address[:2], "little") == socket.AF_INET else (8, 16)
    return str(ip_address(address[at : at + size])), int.from_bytes(address[2:4], "big")
