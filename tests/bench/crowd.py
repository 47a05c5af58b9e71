"""People who send real packets of real speech to tick threads over loopback, and what the threads spend on them."""

import socket
import time
from contextlib import ExitStack
from ipaddress import ip_network
from itertools import count

from services.media.engine.desk import Desk
from services.media.mixing.frame import TICK, Float
from services.media.mixing.opus import VOIP, Encoder
from services.media.mixing.rtp import Packet, pack
from tests.bench.report import cpu_microseconds
from tests.unit.media.mixing import sounds
from tests.unit.media.mixing.sounds import frames

TICK_SECONDS = 0.02
SECONDS = 3.0
WARM_UP = 60


def speech() -> list[list[Float]]:
    """Six seconds of each voice, in ticks."""
    return [frames(sounds.speech(name, 6.0)) for name in ("allison", "austen", "carlo", "june")]


class Crowd:
    """Rooms of so many people, of whom `talkers` talk and the others send silence that says so."""

    def __init__(self, voices: list[list[bytes]], hushed: bytes, threads: int = 1) -> None:
        self._voices = voices
        self._hushed = hushed
        self._stack = ExitStack()
        self._numbers = count()
        self._sockets = [self._bound() for _ in range(threads)]
        self.desks = [Desk(each, [ip_network("127.0.0.0/8")]) for each in self._sockets]
        self._people: list[tuple[socket.socket, int, int, int]] = []
        for desk in self.desks:
            desk.start()

    def _bound(self) -> socket.socket:
        made = self._stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        made.bind(("127.0.0.1", 0))
        return made

    def seat(self, rooms: int, people: int, talkers: int, own_mixes: int = 3) -> None:
        """Open rooms, spread over the threads, and fill them."""
        for room in range(rooms):
            at = room % len(self.desks)
            desk = self.desks[at]
            desk.open(room, own_mixes)
            for n in range(people):
                number = next(self._numbers)
                line = self._stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
                line.connect(self._sockets[at].getsockname())
                line.setblocking(False)
                self.sit(desk, room, number, line)
                desk.gain(number, 1.0)
                self._people.append((line, 50_000 + number, number, int(n < talkers)))

    def sit(self, desk: Desk, room: int, number: int, line: socket.socket) -> None:  # noqa: ARG002  # for who comes otherwise
        """Tell the desk about one of them."""
        desk.add(room, number, 50_000 + number, 111, True)

    def packed(self, number: int, packet: Packet) -> bytes:  # noqa: ARG002  # as `sit`
        """One's packet as it goes out."""
        return pack(packet)

    def cost(self) -> float:
        """CPU microseconds of all tick threads for each person and 20 ms, kernel included."""
        self._run(WARM_UP)
        before, ticks = self._spent(), round(SECONDS / TICK_SECONDS)
        self._run(ticks, first=WARM_UP)
        return (self._spent() - before) * 1e6 / (max(1, len(self._people)) * ticks)

    def close(self) -> None:
        """Let everybody go."""
        for desk in self.desks:
            desk.stop()
        self._stack.close()

    def _spent(self) -> float:
        idents = [desk.thread.ident for desk in self.desks]
        return sum(time.clock_gettime(time.pthread_getcpuclockid(ident)) for ident in idents if ident)

    def _run(self, ticks: int, first: int = 0) -> None:
        begun = time.monotonic()
        for n in range(first, first + ticks):
            for line, ssrc, number, talks in self._people:
                voice = self._voices[number % len(self._voices)]
                payload = voice[(n + 37 * number) % len(voice)] if talks else self._hushed
                packet = Packet(111, n, n * TICK, ssrc, payload, level=30 if talks else 127)
                line.send(self.packed(number, packet))
                _drain(line)
            while time.monotonic() < begun + (n + 1 - first) * TICK_SECONDS:
                time.sleep(0.001)
        for desk in self.desks:
            desk.read()


def _drain(line: socket.socket) -> None:
    try:
        while True:
            line.recv(2_000)
    except BlockingIOError:
        return


def encoded(frames: list[Float], bitrate: int = 32_000) -> list[bytes]:
    """As a browser sends it: hybrid, complexity 9."""
    encoder = Encoder(VOIP, bitrate, 9, 0)
    return [encoder.encode(frame) for frame in frames]


def yardstick(frames: list[Float]) -> float:
    """CPU microseconds for libopus VOIP, complexity 5, 32 kbit/s, for a frame of the same speech."""
    encoder = Encoder(VOIP, 32_000, 5, 0)
    turn = iter(frames * 2)
    return cpu_microseconds(lambda: encoder.encode(next(turn)), len(frames))
