"""The tick alone, without a socket and without Python between: for measuring it beside a bare loop of C."""

import cython
from cython.cimports.libc.stdlib import calloc, free
from cython.cimports.libc.string import memcpy
from cython.cimports.services.media.engine import pool, sockets, tick
from cython.cimports.services.media.engine import source as sources
from cython.cimports.services.media.engine import strip as strips
from cython.cimports.services.media.engine.frame import TICK
from cython.cimports.services.media.engine.pool import Packet, Pool
from cython.cimports.services.media.engine.rtp import Header
from cython.cimports.services.media.engine.source import Source
from cython.cimports.services.media.engine.tick import Room


@cython.cclass
class Bout:
    """One room whose people send one packet a tick each."""

    _pool: Pool
    _room: Room
    _people: cython.pointer[Source]
    _many: cython.int
    _spent: cython.double
    _ticks: cython.int

    def __init__(self, people: int, own_mixes: int) -> None:
        number: cython.int
        pool.begin(cython.address(self._pool), 16)
        tick.begin(cython.address(self._room), own_mixes, 64_000, 1)
        self._people = cython.cast(cython.pointer[Source], calloc(people, cython.sizeof(Source)))
        if self._people == cython.NULL:
            raise MemoryError
        self._many = people
        for number in range(people):
            sources.begin(cython.address(self._people[number]), number, 0)
            self._people[number].strip.gain = 1.0
            strips.listening(cython.address(self._people[number].strip))
            tick.add(cython.address(self._room), cython.address(self._people[number].strip))

    def __dealloc__(self) -> None:
        number: cython.int
        for number in range(self._many):
            sources.end(cython.address(self._people[number]), cython.address(self._pool))
        free(self._people)
        tick.end(cython.address(self._room))
        pool.end(cython.address(self._pool))

    @property
    def microseconds(self) -> float:
        """CPU of a tick, from packets that lie in the pool to packets that could be sent."""
        return self._spent / max(1, self._ticks)

    def play(self, payloads: list[bytes]) -> None:
        """One tick: everybody's packet."""
        header: Header
        packet: cython.pointer[Packet]
        number: cython.int
        begun: cython.double
        now: cython.longlong = cython.cast(cython.longlong, self._ticks) * TICK
        packets: cython.pointer[Packet][64]
        for number in range(self._many):
            payload: bytes = payloads[number]
            packet = pool.take(cython.address(self._pool))
            packet.size = len(payload)
            memcpy(packet.bytes, cython.cast(cython.p_char, payload), packet.size)
            packets[number] = packet
        with cython.nogil:
            begun = _cpu()
            for number in range(self._many):
                header.payload_type = 0
                header.sequence = self._ticks & 0xFFFF
                header.timestamp = cython.cast(cython.uint, now)
                header.level = -1
                header.begin = 0
                header.size = packets[number].size
                sources.receive(
                    cython.address(self._people[number]),
                    cython.address(self._pool),
                    packets[number],
                    cython.address(header),
                    now,
                )
            for number in range(self._many):
                sources.hear(cython.address(self._people[number]), cython.address(self._pool), now)
            tick.mix(cython.address(self._room))
            self._spent += _cpu() - begun
        self._ticks += 1


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def _cpu() -> cython.double:
    """Microseconds of the thread that asks."""
    now: sockets.timespec
    sockets.clock_gettime(sockets.CLOCK_THREAD_CPUTIME_ID, cython.address(now))
    return now.tv_sec * 1e6 + now.tv_nsec / 1e3
