"""One tick thread from Python: rooms and sources in, facts, meters, the programme and other people's datagrams out.

No method blocks but `stop`. What is asked for is done before the next tick; what became true lies in `read`, and the
descriptor `bell` is readable when something new lies there (asyncio: `loop.add_reader(desk.bell, …)`, then `read`).
Rooms and sources are numbers below ROOMS and PLACES, given out by the caller, who takes one again only after CLOSED or
GONE told that it is free.
"""

import os
import socket
import threading
from collections.abc import Iterable
from contextlib import suppress
from ipaddress import IPv4Network, IPv6Network

import cython
from cython.cimports.libc.stdlib import calloc, free
from cython.cimports.libc.string import memcpy, memset
from cython.cimports.services.media.engine import console as rooms
from cython.cimports.services.media.engine import pool, ring, sockets
from cython.cimports.services.media.engine import thread as ticking
from cython.cimports.services.media.engine.atomics import store
from cython.cimports.services.media.engine.console import (
    ADD_SOURCE,
    AIR,
    CLOSE_ROOM,
    GAIN,
    NETWORKS,
    OPEN_ROOM,
    OWN_MIXES,
    REMOVE_SOURCE,
    SEND_TO,
    SOURCES,
    STAMPS,
    STUDIOS,
    Command,
    Console,
    Datagram,
    Event,
    Programme,
)
from cython.cimports.services.media.engine.frame import DATAGRAM, TICK
from cython.cimports.services.media.engine.source import DROPS, Address

from services.media.engine.told import Fact, Full, Told, host_and_port, socket_address

ROOMS = STUDIOS
PLACES = SOURCES
SLABS = cython.declare(cython.int, 256)
"""Of 64 packets: 16,000 packets, or 24 MB, at most."""


@cython.cclass
class Desk:
    """`networks`: who may send at first sight. The socket is bound, and stays the caller's."""

    _scheduling: str
    _console: cython.pointer[Console]
    _socket: object
    _thread: object
    _begun: object

    def __cinit__(self) -> None:
        self._console = cython.cast(cython.pointer[Console], calloc(1, cython.sizeof(Console)))
        if self._console == cython.NULL:
            raise MemoryError

    def __init__(self, bound: socket.socket, networks: Iterable[IPv4Network | IPv6Network]) -> None:
        console: cython.pointer[Console] = self._console
        self._socket = bound
        self._begun = threading.Event()
        self._scheduling = "not started"
        pool.begin(cython.address(console.pool), SLABS)
        good: cython.bint = (
            ring.begin(cython.address(console.commands), cython.sizeof(Command), 4096)
            and ring.begin(cython.address(console.events), cython.sizeof(Event), 8192)
            and ring.begin(cython.address(console.programme), cython.sizeof(Programme), 1024)
            and ring.begin(cython.address(console.outside), cython.sizeof(Datagram), 512)
            and ring.begin(cython.address(console.replies), cython.sizeof(Datagram), 512)
        )
        if not good:
            raise MemoryError
        console.fd = bound.fileno()
        console.bell = sockets.eventfd(0, sockets.EFD_NONBLOCK | sockets.EFD_CLOEXEC)
        for network in networks:
            self._allow(network)
        self._thread = threading.Thread(target=self._run, name="tick", daemon=True)

    def __dealloc__(self) -> None:
        console: cython.pointer[Console] = self._console
        rooms.close(console)
        pool.end(cython.address(console.pool))
        for each in range(5):
            ring.end(_ring(console, each))
        if console.bell > 0:
            sockets.close(console.bell)
        free(console)

    @property
    def scheduling(self) -> str:
        """What the kernel granted."""
        return self._scheduling

    @property
    def bell(self) -> int:
        """Readable when there is something to read."""
        return self._console.bell

    @property
    def thread(self) -> threading.Thread:
        """The tick thread."""
        return self._thread

    def start(self) -> None:
        """Begin; `scheduling` then says what the kernel granted."""
        store(cython.address(self._console.going), 1)
        self._thread.start()
        self._begun.wait(5)

    def stop(self) -> None:
        """Make no further tick. Blocks for one."""
        store(cython.address(self._console.going), 0)
        if self._thread.is_alive():
            self._thread.join(5)

    def open(self, room: int, own_mixes: int = 3, bitrate: int = 32_000) -> None:
        """Have a room. `bitrate` is that of what people on its stage hear."""
        self._order(OPEN_ROOM, room, 0, own_mixes, bitrate)

    def close(self, room: int) -> None:
        """Have it no more."""
        self._order(CLOSE_ROOM, room, 0, 0, 0.0)

    def air(self, room: int, wanted: bool) -> None:  # noqa: FBT001  # Cython's methods take it by position
        """Whether its programme is wanted, in `programme`."""
        self._order(AIR, room, 0, wanted, 0.0)

    def own_mixes(self, room: int, most: int) -> None:
        """So many get a mix of their own."""
        self._order(OWN_MIXES, room, 0, most, 0.0)

    def add(self, room: int, source: int, ssrc: int, payload_type: int, listens: bool) -> None:  # noqa: FBT001  # as `air`; each is a fact about a source
        """Expect a source, its fader at 0. `listens`: it gets back what its person hears."""
        command: cython.pointer[Command] = self._claim()
        command.order = ADD_SOURCE
        command.room = room
        command.source = source
        command.ssrc = ssrc
        command.payload_type = payload_type
        command.listens = listens
        ring.publish(cython.address(self._console.commands))

    def remove(self, source: int) -> None:
        """Fade it out, then let it go."""
        self._order(REMOVE_SOURCE, 0, source, 0, 0.0)

    def gain(self, source: int, gain: float) -> None:
        """Move its fader, within 10 ms: 0 is muted, 1 is as it comes."""
        self._order(GAIN, 0, source, 0, gain)

    def send_to(self, source: int, host: str, port: int) -> None:
        """Where it sends from and listens, known beforehand."""
        command: cython.pointer[Command] = self._claim()
        command.order = SEND_TO
        command.source = source
        _address(cython.address(command.address), host, port)
        ring.publish(cython.address(self._console.commands))

    def reply(self, data: bytes, host: str, port: int) -> None:
        """Send a datagram with the next tick."""
        one: cython.pointer[Datagram] = cython.cast(
            cython.pointer[Datagram], ring.claim(cython.address(self._console.replies))
        )
        if one == cython.NULL or len(data) > DATAGRAM:
            raise Full(f"{len(data)} bytes can't be sent now")
        _address(cython.address(one.address), host, port)
        one.size = len(data)
        memcpy(one.bytes, cython.cast(cython.p_char, data), len(data))
        ring.publish(cython.address(self._console.replies))

    def read(self) -> list[Told]:
        """What became true since the last time; makes `bell` quiet."""
        event: cython.pointer[Event]
        told = []
        with suppress(BlockingIOError):
            os.eventfd_read(self._console.bell)
        while True:
            event = cython.cast(cython.pointer[Event], ring.peek(cython.address(self._console.events)))
            if event == cython.NULL:
                return told
            about = (event.room, event.source, event.tick, event.level, event.depth, event.lost, event.dropped)
            told.append(Told(Fact(event.fact), *about))
            ring.release(cython.address(self._console.events))

    def programme(self) -> list[tuple[int, int, bytes]]:
        """(room, tick, 960 samples of int16) of rooms that are on air."""
        made: cython.pointer[Programme]
        found = []
        while True:
            made = cython.cast(cython.pointer[Programme], ring.peek(cython.address(self._console.programme)))
            if made == cython.NULL:
                return found
            found.append((made.room, made.tick, cython.cast(cython.p_char, made.pcm)[: TICK * 2]))
            ring.release(cython.address(self._console.programme))

    def outside(self) -> list[tuple[bytes, tuple[str, int]]]:
        """(datagram, (host, port)) of what is no media: STUN, DTLS, RTCP."""
        one: cython.pointer[Datagram]
        found = []
        while True:
            one = cython.cast(cython.pointer[Datagram], ring.peek(cython.address(self._console.outside)))
            if one == cython.NULL:
                return found
            data = cython.cast(cython.p_char, one.bytes)[: one.size]
            address = cython.cast(cython.p_char, one.address.bytes)[: one.address.size]
            found.append((data, host_and_port(address)))
            ring.release(cython.address(self._console.outside))

    def counts(self) -> dict[str, int]:
        """What happened to datagrams, by admission's words."""
        names = ("taken", "not-allowed", "rtcp", "not-rtp", "unknown-ssrc", "wrong-sender")
        names = (*names, "wrong-payload-type", "not-opus", "no-memory")
        number: cython.int
        counted = {}
        for number in range(DROPS):
            counted[names[number]] = self._console.dropped[number]
        return counted | {"sent": self._console.sent, "unsent": self._console.unsent, "tick": self._console.tick}

    def lateness(self) -> list[tuple[int, int]]:
        """Of the last ticks, at most 1024: microseconds from the deadline to its beginning and to its end."""
        many = min(STAMPS, self._console.stamped)
        return [(self._console.late[number], self._console.done[number]) for number in range(many)]

    def _run(self) -> None:
        try:
            os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
            self._scheduling = "real-time"
        except OSError:
            self._scheduling = "ordinary"
        if ticking.lock_memory():
            self._scheduling += ", in memory"
        self._begun.set()
        with cython.nogil:
            ticking.run(self._console)

    @cython.cfunc
    def _claim(self) -> cython.pointer[Command]:
        command: cython.pointer[Command] = cython.cast(
            cython.pointer[Command], ring.claim(cython.address(self._console.commands))
        )
        if command == cython.NULL:
            raise Full("4096 commands wait")
        memset(command, 0, cython.sizeof(Command))
        return command

    @cython.cfunc
    def _order(self, order: cython.int, room: cython.int, source: cython.int, many: cython.int, gain: cython.double):
        command: cython.pointer[Command] = self._claim()
        command.order = order
        command.room = room
        command.source = source
        command.many = many
        command.gain = gain
        ring.publish(cython.address(self._console.commands))

    @cython.cfunc
    def _allow(self, network):
        at: cython.int = self._console.networks_many
        if at == NETWORKS:
            raise ValueError(f"more than {NETWORKS} networks")
        packed: bytes = network.network_address.packed
        self._console.networks[at].family = socket.AF_INET if network.version == 4 else socket.AF_INET6
        self._console.networks[at].bits = network.prefixlen
        memcpy(self._console.networks[at].prefix, cython.cast(cython.p_char, packed), len(packed))
        self._console.networks_many = at + 1


@cython.cfunc
def _address(out: cython.pointer[Address], host: str, port: int):
    line: bytes = socket_address(host, port)
    out.size = len(line)
    memcpy(out.bytes, cython.cast(cython.p_char, line), len(line))


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def _ring(console: cython.pointer[Console], number: cython.int) -> cython.pointer[ring.Ring]:
    if number == 0:
        return cython.address(console.commands)
    if number == 1:
        return cython.address(console.events)
    if number == 2:
        return cython.address(console.programme)
    return cython.address(console.outside) if number == 3 else cython.address(console.replies)
