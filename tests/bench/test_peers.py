"""Janus AudioBridge and we, with the same packets of real speech in the same run, in turns: CPU of the whole process,
kernel included, for each participant and 20 ms. `make bench BENCH=peers` installs Debian's janus where it may.
"""

import os
import socket
import statistics
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest

from services.media.mixing.frame import TICK
from services.media.mixing.rtp import Packet, pack
from tests.bench.crowd import TICK_SECONDS, encoded, speech, yardstick
from tests.bench.janus import Janus, modules
from tests.bench.ours import FIRST, Ours
from tests.bench.report import Figure, figure, write

SECONDS = float(os.environ.get("PARLOR_PEERS_SECONDS", "8"))
WARM_UP = 3.0
RUNS = 3
SHAPES = {"1 x 50, all talk": (1, 50, 50), "1 x 50, three talk": (1, 50, 3), "10 x 10, all talk": (10, 10, 10)}
FIRST_SHAPES = int(os.environ.get("PARLOR_PEERS_SHAPES", "3"))
SILENT = b"\xf8\xff\xfe"
EACH_SECOND = round(1 / TICK_SECONDS)


class Load:
    """People with a socket each, who send to where they are told and count what they hear."""

    def __init__(self, rooms: int, people: int, talkers: int, voices: list[list[bytes]]) -> None:
        self._stack = ExitStack()
        self._voices = voices
        self._talks = [n % people < talkers for n in range(rooms * people)]
        self._lines = [self._line() for _ in self._talks]
        self._to: list[tuple[str, int]] = []
        self._n = self.heard = 0

    def _line(self) -> socket.socket:
        line = self._stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        line.bind(("127.0.0.1", 0))
        line.setblocking(False)
        return line

    @property
    def listeners(self) -> list[tuple[int, bool]]:
        """Port, and whether they talk."""
        return [(line.getsockname()[1], talks) for line, talks in zip(self._lines, self._talks, strict=True)]

    def send_to(self, places: list[tuple[str, int]]) -> None:
        """Where each sends to."""
        self._to = places

    def run(self, seconds: float) -> None:
        """Send one packet a tick each, those who don't talk one a second; take all that comes."""
        begun, ticks, self.heard = time.monotonic(), round(seconds / TICK_SECONDS), 0
        for tick in range(ticks):
            self._tick()
            while time.monotonic() < begun + (tick + 1) * TICK_SECONDS:
                time.sleep(0.001)

    def close(self) -> None:
        """Everybody goes."""
        self._stack.close()

    def _tick(self) -> None:
        for number, (line, talks, to) in enumerate(zip(self._lines, self._talks, self._to, strict=True)):
            if talks or self._n % EACH_SECOND == 0:
                voice = self._voices[number % len(self._voices)]
                payload = voice[(self._n + 37 * number) % len(voice)] if talks else SILENT
                line.sendto(pack(Packet(111, self._n % 65_536, self._n * TICK, FIRST + number, payload)), to)
            try:
                while line.recv(2_000):
                    self.heard += 1
            except BlockingIOError:
                pass
        self._n += 1


def spent(pid: int) -> float:
    """CPU seconds of all threads of another process (clock_getcpuclockid(3): the clock's number is made of the pid)."""
    return time.clock_gettime((~pid << 3) | 2)


def measured(load: Load, pid: int) -> tuple[float, float]:
    """CPU microseconds for each participant and 20 ms, and packets a second that each hears."""
    load.run(WARM_UP)
    before = spent(pid)
    load.run(SECONDS)
    many = len(load.listeners)
    return (spent(pid) - before) * 1e6 / many / (SECONDS / TICK_SECONDS), load.heard / many / SECONDS


@pytest.mark.skipif(modules() is None, reason="Debian's janus is not here: deploy/machine/install janus")
@pytest.mark.timeout(1_200)
def test_we_cost_less_than_janus_with_the_same_packets(tmp_path: Path) -> None:
    voices = speech()
    packets = [encoded(frames) for frames in voices]

    def ours(rooms: int, people: int, talkers: int) -> tuple[float, float]:
        load, mixer = Load(rooms, people, talkers, packets), Ours(rooms, people, talkers)
        try:
            load.send_to([("127.0.0.1", mixer.port)] * len(load.listeners))
            return measured(load, mixer.pid)
        finally:
            mixer.close()
            load.close()

    def theirs(rooms: int, people: int, talkers: int) -> tuple[float, float]:
        folder = tmp_path / f"janus-{time.monotonic_ns()}"
        folder.mkdir()
        load, janus = Load(rooms, people, talkers, packets), Janus(folder)
        try:
            for room in range(1, rooms + 1):
                janus.open(room)
            load.send_to(
                [janus.join(1 + n // people, port, muted=not talks) for n, (port, talks) in enumerate(load.listeners)]
            )
            return measured(load, janus.pid)
        finally:
            janus.close()
            load.close()

    figures = []
    for name, shape in list(SHAPES.items())[:FIRST_SHAPES]:
        figures += compared(name, shape, ours, theirs, lambda turn: yardstick(voices[turn % len(voices)]))
    write("peers", figures)


Measure = Callable[[int, int, int], tuple[float, float]]


def compared(
    name: str, shape: tuple[int, int, int], ours: Measure, theirs: Measure, encode: Callable[[int], float]
) -> list[Figure]:
    """One shape, in turns."""
    turns = [(*ours(*shape), *theirs(*shape), encode(turn)) for turn in range(RUNS)]
    cost, heard, peer, they_heard, yard = (statistics.median(each) for each in zip(*turns, strict=True))
    return [
        figure(f"{name}: Parlor", "us", cost, yard),
        figure(f"{name}: Janus AudioBridge", "us", peer, yard),
        figure(f"{name}: Parlor beside Janus", "us", cost, peer, 1.0),
        figure(f"{name}: packets a second that each hears, Parlor", "packets", heard, EACH_SECOND),
        figure(f"{name}: packets a second that each hears, Janus", "packets", they_heard, EACH_SECOND),
    ]
