"""People who send real packets of real speech over loopback, a socket each, and count what they hear."""

import socket
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack

import msgspec

from services.media.mixing.frame import TICK, Float
from services.media.mixing.opus import VOIP, Encoder
from services.media.mixing.rtp import Packet, pack
from services.media.registration import Registered
from tests.bench.house import Seated
from tests.bench.report import cpu_microseconds
from tests.unit.media.mixing import sounds
from tests.unit.media.mixing.sounds import frames

TICK_SECONDS = 0.02
EACH_SECOND = round(1 / TICK_SECONDS)
SILENT = b"\xf8\xff\xfe"


class Speech:
    """Four voices, six seconds of each in ticks: as samples, and as a browser sends them (hybrid, complexity 9)."""

    def __init__(self) -> None:
        self.voices = [frames(sounds.speech(name, 6.0)) for name in ("allison", "austen", "carlo", "june")]
        self.packets = [encoded(voice) for voice in self.voices]
        self._turn = 0

    def payload(self, number: int, tick: int) -> bytes:
        """What person `number` says in that tick."""
        voice = self.packets[number % len(self.packets)]
        return voice[(tick + 37 * number) % len(voice)]

    def yardstick(self) -> float:
        """CPU microseconds of libopus VOIP, complexity 5, 32 kbit/s for a frame: each voice in its turn."""
        self._turn += 1
        voice = self.voices[self._turn % len(self.voices)]
        encoder = Encoder(VOIP, 32_000, 5, 0)
        turn = iter(voice)
        return cpu_microseconds(lambda: encoder.encode(next(turn)), len(voice))


def encoded(voice: list[Float]) -> list[bytes]:
    """As a browser sends it."""
    encoder = Encoder(VOIP, 32_000, 9, 0)
    return [encoder.encode(frame) for frame in voice]


def as_it_is(packet: bytes) -> bytes:
    """Plain RTP."""
    return packet


class Person(msgspec.Struct):
    """`mouth` and `ear` are connected sockets, perhaps the same; `seal` makes of an RTP packet what goes out."""

    mouth: socket.socket
    ear: socket.socket
    ssrc: int
    talks: bool
    seal: Callable[[bytes], bytes] = as_it_is
    payload_type: int = 111


class Load:
    """Whoever talks sends a packet a tick. Who does not sends one a second, or with `hushed` as often as all others,
    with a level that says that it is silence.
    """

    def __init__(self, speech: Speech, *, hushed: bool = False) -> None:
        self.people: list[Person] = []
        self.heard = 0
        self._stack = ExitStack()
        self._speech = speech
        self.hushed = hushed
        self._n = 0

    def line(self) -> socket.socket:
        """Another socket of the loopback, closed with all others."""
        line = self._stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        line.bind(("127.0.0.1", 0))
        line.setblocking(False)
        return line

    def join(self, seated: Sequence[Seated], places: Sequence[Registered]) -> None:
        """They come by plain RTP."""
        for one, place in zip(seated, places, strict=True):
            line = self.line()
            line.connect((place.host, place.port))
            self.people.append(Person(line, line, place.ssrc, one.talks))

    def run(self, seconds: float) -> None:
        """Send; take all that comes."""
        begun, ticks, self.heard = time.monotonic(), round(seconds / TICK_SECONDS), 0
        for tick in range(ticks):
            self.tick()
            while (left := begun + (tick + 1) * TICK_SECONDS - time.monotonic()) > 0:
                time.sleep(left)

    def close(self) -> None:
        """Everybody goes."""
        self._stack.close()

    def tick(self) -> None:
        """20 ms of everybody."""
        for number, one in enumerate(self.people):
            if one.talks or self.hushed or self._n % EACH_SECOND == 0:
                payload = self._speech.payload(number, self._n) if one.talks else SILENT
                level = 127 if self.hushed and not one.talks else None
                packet = Packet(one.payload_type, self._n % 65_536, self._n * TICK, one.ssrc, payload, level=level)
                one.mouth.send(one.seal(pack(packet)))
            try:
                while one.ear.recv(2_000):
                    self.heard += 1
            except BlockingIOError:
                pass
        self._n += 1


def spent(pid: int) -> float:
    """CPU seconds of all threads of another process (clock_getcpuclockid(3): the clock's number is made of the pid)."""
    return time.clock_gettime((~pid << 3) | 2)


def cost(load: Load, pid: int, seconds: float, warm_up: float) -> tuple[float, float]:
    """CPU microseconds of a process for each participant and 20 ms, kernel included, and the packets a second that each
    hears.
    """
    load.run(warm_up)
    before = spent(pid)
    load.run(seconds)
    many = len(load.people)
    return (spent(pid) - before) * 1e6 / many / (seconds / TICK_SECONDS), load.heard / many / seconds
