"""The life of a tick thread: its socket, its rings, whether it ticks, how late it is."""

import os
import socket
import threading
from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network

import cython
from cython.cimports.libc.stdlib import calloc, free
from cython.cimports.libc.string import memcpy
from cython.cimports.services.media.engine import arrival, denoise, pool, ring, sockets, tape
from cython.cimports.services.media.engine import console as rooms
from cython.cimports.services.media.engine import feed as feeds
from cython.cimports.services.media.engine import thread as ticking
from cython.cimports.services.media.engine.atomics import store
from cython.cimports.services.media.engine.console import (
    NETWORKS,
    SOURCES,
    STAMPS,
    Command,
    Console,
    Datagram,
    Event,
    Programme,
)
from cython.cimports.services.media.engine.source import DROPS

SLABS = cython.declare(cython.int, 256)
"""Of 64 packets: 16,000 packets, or 24 MB, at most."""


@cython.cclass
class Running:
    """`networks`: who may send at first sight. The socket is bound, and stays the caller's."""

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
            and ring.begin(cython.address(console.programme), cython.sizeof(Programme), 4096)
            and ring.begin(cython.address(console.outside), cython.sizeof(Datagram), 512)
            and ring.begin(cython.address(console.replies), cython.sizeof(Datagram), 512)
            and tape.begin(cython.address(console.stems), cython.address(console.sounds))
        )
        if not good:
            raise MemoryError
        console.fd = bound.fileno()
        arrival.ask(console.fd)
        console.bell = sockets.eventfd(0, sockets.EFD_NONBLOCK | sockets.EFD_CLOEXEC)
        for network in networks:
            self._allow(network)
        self._thread = threading.Thread(target=self._run, name="tick", daemon=True)

    def __dealloc__(self) -> None:
        console: cython.pointer[Console] = self._console
        rooms.obey(console)
        rooms.close(console)
        pool.end(cython.address(console.pool))
        for number in range(SOURCES):
            feeds.drop(console.feeds[number])
            denoise.drop(console.denoisers[number])
        for each in range(5):
            ring.end(_ring(console, each))
        ring.end(cython.address(console.stems))
        ring.end(cython.address(console.sounds))
        if console.bell > 0:
            sockets.close(console.bell)
        free(console)

    @property
    def scheduling(self) -> str:
        """What the kernel granted."""
        return self._scheduling

    @property
    def now(self) -> int:
        """Samples of the tick thread's clock: tick n begins at n * 960."""
        return (ticking.monotonic() - self._console.began) * 48 // 1_000_000

    @property
    def bell(self) -> int:
        """Readable when there is something to read."""
        return self._console.bell

    @property
    def tick(self) -> int:
        """The last one that was begun."""
        return self._console.tick

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

    def turn(self, ticks: int = 1) -> None:
        """Instead of `start`: make one tick now, by hand, so many after the last one."""
        ticking.turn(self._console, ticks)

    def counts(self) -> dict[str, int]:
        """What happened to datagrams, by admission's words."""
        names = ("taken", "not-allowed", "rtcp", "not-rtp", "unknown-ssrc", "wrong-sender")
        names = (*names, "wrong-payload-type", "not-opus", "no-memory")
        names = (*names, "no-keys-yet", "not-authentic", "second-ssrc", "too-many")
        number: cython.int
        counted = {}
        for number in range(DROPS):
            counted[names[number]] = self._console.dropped[number]
        counted["stems-left-out"] = self._console.stems.dropped + self._console.sounds.dropped
        more = {"sent": self._console.sent, "unsent": self._console.unsent, "tick": self._console.tick}
        return counted | more | {"tardy": self._console.tardy, "skipped": self._console.skipped}

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

    def _allow(self, network: IPv4Network | IPv6Network) -> None:
        at: cython.int = self._console.networks_many
        if at == NETWORKS:
            raise ValueError(f"more than {NETWORKS} networks")
        packed: bytes = network.network_address.packed
        self._console.networks[at].family = socket.AF_INET if network.version == 4 else socket.AF_INET6
        self._console.networks[at].bits = network.prefixlen
        memcpy(self._console.networks[at].prefix, cython.cast(cython.p_char, packed), len(packed))
        self._console.networks_many = at + 1


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
