"""The parts of the engine as Python objects, each with the methods of its twin in services/media/mixing: for tests that
hold the two beside each other, and for measuring. The tick thread does not pass through here.

Frames are float32 in bytes.
"""

from collections.abc import Sequence

import cython
from cython.cimports.libc.stdlib import calloc, free
from cython.cimports.libc.string import memcpy
from cython.cimports.services.media.engine import arrival, jitter, pan, pool, quantise, ramp, rtp, strip, tick, voice
from cython.cimports.services.media.engine.admission import Address
from cython.cimports.services.media.engine.frame import DATAGRAM, TICK
from cython.cimports.services.media.engine.jitter import LOST, PACKET, Arrived, Jitter, Kind, Pull
from cython.cimports.services.media.engine.pool import Packet, Pool
from cython.cimports.services.media.engine.rtp import Header
from cython.cimports.services.media.engine.shared import Shared
from cython.cimports.services.media.engine.strip import Strip
from cython.cimports.services.media.engine.tick import Room
from cython.cimports.services.media.engine.voice import Sent, Voice

Packets = tuple[bytes | None, bytes | None]

KINDS = ("idle", "packet", "lost", "dry")
BYTES = cython.declare(cython.int, TICK * 4)


@cython.cfunc
def _packet(memory: cython.pointer[Pool], payload: bytes) -> cython.pointer[Packet]:
    packet: cython.pointer[Packet]
    if len(payload) > DATAGRAM:
        raise ValueError(f"a payload of {len(payload)} bytes, {DATAGRAM} at most")
    packet = pool.take(memory)
    if packet == cython.NULL:
        raise MemoryError
    packet.size = len(payload)
    memcpy(packet.bytes, cython.cast(cython.p_char, payload), len(payload))
    return packet


def parse(data: bytes) -> tuple[int, int, int, int, bytes, int] | None:
    """mixing/rtp.py's: payload type, sequence, timestamp, SSRC, payload, level (-1: not said). None: no RTP packet."""
    header: Header
    line: cython.p_char = data
    if not rtp.parse(cython.cast(cython.p_uchar, line), len(data), cython.address(header)):
        return None
    payload = data[header.begin : header.begin + header.size]
    return header.payload_type, header.sequence, header.timestamp, header.ssrc, payload, header.level


def stamped(fd: int) -> None:
    """Have a socket's datagrams stamped by the kernel."""
    arrival.ask(fd)


def arrived(fd: int) -> tuple[bytes, int]:
    """A datagram of a socket, and for how many samples it has lain there."""
    packet: Packet
    address: Address
    waited: cython.longlong = arrival.read(fd, cython.address(packet), cython.address(address), arrival.wall())
    return cython.cast(cython.p_char, packet.bytes)[: max(0, packet.size)], waited


@cython.cclass
class JitterBuffer:
    """mixing/jitter.py's. `pull` gives (kind, payload, silent)."""

    _pool: Pool
    _jitter: Jitter

    def __cinit__(self) -> None:
        pool.begin(cython.address(self._pool), 16)
        jitter.begin(cython.address(self._jitter))

    def __dealloc__(self) -> None:
        pool.end(cython.address(self._pool))

    @property
    def lent(self) -> int:
        """Packets of the pool that are in use."""
        return self._pool.lent

    @property
    def target(self) -> int:
        """Packets that should lie here."""
        return self._jitter.delay.target

    @property
    def depth(self) -> int:
        """Samples from the one that is due next to the newest."""
        return jitter.depth(cython.address(self._jitter))

    @property
    def tally(self) -> tuple[int, int, int, int]:
        """Lost, late, twice, skipped."""
        tally = self._jitter.tally
        return tally.lost, tally.late, tally.twice, tally.skipped

    def push(self, packet: object, arrival: int, span: int, silent: bool = False) -> None:  # noqa: FBT001, FBT002  # Cython's classes take no keyword alone
        """Keep one packet, if it can still be of use."""
        arrived: Arrived
        memory: cython.pointer[Packet] = _packet(cython.address(self._pool), packet.payload)
        arrived.sequence = packet.sequence
        arrived.timestamp = packet.timestamp
        arrived.arrival = arrival
        arrived.begin = 0
        arrived.size = memory.size
        arrived.span = span
        arrived.silent = silent
        jitter.push(cython.address(self._jitter), cython.address(self._pool), memory, cython.address(arrived))

    def pull(self, quiet: bool = True) -> tuple[str, bytes | None, bool]:  # noqa: FBT001, FBT002  # as `push`
        """What is due now."""
        pulled: Pull
        kind: Kind = jitter.pull(
            cython.address(self._jitter), cython.address(self._pool), quiet, cython.address(pulled)
        )
        payload = None
        if kind in {PACKET, LOST} and pulled.payload != cython.NULL:
            payload = cython.cast(cython.p_char, pulled.payload)[: pulled.size]
        if kind == PACKET:
            pool.give(cython.address(self._pool), pulled.packet)
        return KINDS[kind], payload, bool(pulled.silent)


@cython.cclass
class Speaker:
    """mixing/voice.py's Voice."""

    _pool: Pool
    _voice: Voice

    def __cinit__(self) -> None:
        pool.begin(cython.address(self._pool), 16)
        if not voice.begin(cython.address(self._voice)):
            raise MemoryError

    def __dealloc__(self) -> None:
        voice.end(cython.address(self._voice), cython.address(self._pool))
        pool.end(cython.address(self._pool))

    @property
    def level(self) -> float:
        """DBFS of the last frame."""
        return self._voice.level

    @property
    def depth(self) -> int:
        """Samples that wait."""
        return voice.depth(cython.address(self._voice))

    @property
    def damaged(self) -> int:
        """Packets that libopus refused."""
        return self._voice.damaged

    @property
    def begun(self) -> bool:
        """True once a packet was taken."""
        return bool(self._voice.begun)

    def push(self, packet: object, arrival: int) -> bool:
        """Keep a packet; False when it is not Opus."""
        sent: Sent
        memory: cython.pointer[Packet] = _packet(cython.address(self._pool), packet.payload)
        sent.sequence = packet.sequence
        sent.timestamp = packet.timestamp
        sent.level = -1 if packet.level is None else packet.level
        sent.begin = 0
        sent.size = memory.size
        if voice.push(cython.address(self._voice), cython.address(self._pool), memory, cython.address(sent), arrival):
            return True
        pool.give(cython.address(self._pool), memory)
        return False

    def take(self) -> bytes | None:
        """The next 20 ms; None when there is nothing to hear."""
        frame: cython.pointer[cython.const[cython.float]] = voice.take(
            cython.address(self._voice), cython.address(self._pool)
        )
        return None if frame == cython.NULL else cython.cast(cython.p_char, frame)[:BYTES]


@cython.cclass
class RoomTick:
    """mixing/tick.py's RoomTick and mixing/stage.py's StageTick in one."""

    _room: Room
    _strips: dict
    _target: object

    def __init__(
        self,
        most: int = 3,
        bitrate: int = 64_000,
        stereo: bool = False,  # noqa: FBT001, FBT002  # as `push`
        target: float | None = None,
    ) -> None:
        self._target = target
        tick.begin(cython.address(self._room), most, bitrate, 2 if stereo else 1)
        self._strips = {}

    def __dealloc__(self) -> None:
        for place in self._strips.values():
            _free(place)
        tick.end(cython.address(self._room))

    def mix(
        self,
        inputs: Sequence[object],
        levels: dict[str, float],
        people: dict[str, int],
        deaf: tuple[str, ...],
        hears: dict[str, tuple[int, str, int]],
    ) -> tuple[bytes, float, Packets, dict[str, bytes], Packets]:
        """PCM, level, the shared packet and that of those who lose, each own packet, and the green room's two. `hears`:
        by which ear, whom, and losing how many percent. The strips of those not named any more go; who is new comes
        behind the others.
        """
        one: cython.pointer[Strip]
        side: cython.int
        pcm: cython.short[1920]
        kept = [each.frame.tobytes() if each.frame is not None else None for each in inputs]
        for key in set(self._strips) - {each.key for each in inputs}:
            self._remove(key)
        for each, frame in zip(inputs, kept, strict=True):
            one = self._strip(each.key, each.fade)
            one.frame = cython.NULL
            if frame is not None:
                one.frame = cython.cast(cython.pointer[cython.const[cython.float]], cython.cast(cython.p_char, frame))
                one.channels = each.frame.ndim
            one.gain = each.gain
            pan.point(cython.address(one.pan), each.pan)
            one.fade = each.fade
            ramp.pace(cython.address(one.fader), each.fade, each.fade)
            one.sound = each.sound
            strip.gate(one, people.get(each.key, 0), each.key in levels)
            one.listens = each.key in levels and each.key not in deaf
            one.level = levels.get(each.key, each.level)
            strip.assign(one, each.bus)
        for each in inputs:
            ear, of, loss = hears.get(each.key, (0, "", 0))
            self._strip(each.key, 0).loss = loss
            strip.listen(self._strip(each.key, 0), ear, self._strip(of, 0) if of in self._strips else cython.NULL)
        self._room.aim.wanted = self._target is not None
        self._room.aim.target = self._target or 0.0
        tick.mix(cython.address(self._room))
        for side in range(self._room.channels):
            quantise.quantise(self._room.out + side * TICK, pcm + side, self._room.channels)
        own = {each.key: _sent(self._strip(each.key, each.fade)) for each in inputs}
        return (
            cython.cast(cython.p_char, pcm)[: BYTES // 2 * self._room.channels],
            self._room.level,
            _made(cython.address(self._room.stage.shared)),
            {key: packet for key, packet in own.items() if packet},
            _made(cython.address(self._room.green.shared)),
        )

    @cython.cfunc
    def _strip(self, key: str, fade: int) -> cython.pointer[Strip]:
        one: cython.pointer[Strip]
        if key not in self._strips:
            one = cython.cast(cython.pointer[Strip], calloc(1, cython.sizeof(Strip)))
            if one == cython.NULL:
                raise MemoryError
            strip.begin(one, fade)
            tick.add(cython.address(self._room), one)
            self._strips[key] = cython.cast(cython.size_t, one)
        return cython.cast(cython.pointer[Strip], cython.cast(cython.size_t, self._strips[key]))

    @cython.cfunc
    def _remove(self, key: str) -> cython.void:
        place: cython.size_t = self._strips.pop(key)
        tick.remove(cython.address(self._room), cython.cast(cython.pointer[Strip], place))
        _free(place)


@cython.cfunc
def _free(place: cython.size_t) -> cython.void:
    strip.end(cython.cast(cython.pointer[Strip], place))
    free(cython.cast(cython.p_void, place))


@cython.cfunc
def _made(shared: cython.pointer[Shared]) -> tuple:
    plain = cython.cast(cython.p_char, shared.encodes[0].packet)[: shared.encodes[0].size]
    lossy = cython.cast(cython.p_char, shared.encodes[1].packet)[: shared.encodes[1].size]
    return plain or None, lossy or None


@cython.cfunc
def _sent(one: cython.pointer[Strip]) -> bytes:
    return cython.cast(cython.p_char, one.packet)[: one.size]
