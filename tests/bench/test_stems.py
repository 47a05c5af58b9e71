"""What it costs to record: the tick thread's share of it, and the writing thread's, for each source."""

import socket
import statistics
import time
from ipaddress import ip_network
from itertools import count
from pathlib import Path

import pytest

from services.media.engine.desk import Desk
from services.media.mixing.frame import TICK
from services.media.mixing.rtp import Packet, pack
from services.media.recording.kinds import Kind
from services.media.recording.room import RoomRecord
from services.media.recording.stem import About
from services.media.recording.thread import Recording, RoomTape, SourceTape
from tests.bench.load import Speech
from tests.bench.report import cpu_microseconds, figure, write

PEOPLE = 50
ROUNDS = 12
TICKS = 50
ROOM = "roomroomroom"


class Turned:
    """A desk that is turned by hand, so that the cost of a tick is that of the call; everybody talks all the time."""

    def __init__(self, line: socket.socket, bound: socket.socket, speech: Speech) -> None:
        self._line = line
        self.desk = Desk(bound, [ip_network("127.0.0.0/8")])
        self._speech = speech
        self._ticks = count()
        self.desk.open(0)
        for n in range(PEOPLE):
            self.desk.add(0, n, 50_000 + n, 111, False)
            self.desk.gain(n, 1.0)

    def cost(self) -> float:
        """CPU microseconds for each source and tick, over a round."""
        spent = 0.0
        for _ in range(TICKS):
            tick = next(self._ticks)
            for n in range(PEOPLE):
                payload = self._speech.payload(n, tick)
                self._line.send(pack(Packet(111, tick % 65_536, tick * TICK, 50_000 + n, payload, level=30)))
            begun = time.thread_time()
            self.desk.turn()
            spent += time.thread_time() - begun
        self.desk.read()
        return spent * 1e6 / (TICKS * PEOPLE)


@pytest.mark.timeout(120)
def test_recording_s_added_cost(tmp_path: Path) -> None:
    speech = Speech()
    encode = speech.yardstick()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as bound, socket.socket(type=socket.SOCK_DGRAM) as line:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        bound.bind(("127.0.0.1", 0))
        line.connect(bound.getsockname())
        turned = Turned(line, bound, speech)
        tape = recorded(turned.desk, tmp_path)
        record(turned.desk, wanted=True)
        for _ in range(3):  # the ring's memory is touched for the first time here
            turned.cost()
        before = cpu_of(tape)
        rounds = []
        for _ in range(ROUNDS):
            record(turned.desk, wanted=False)
            off = turned.cost()
            record(turned.desk, wanted=True)
            rounds.append((off, turned.cost()))
        writing = (cpu_of(tape) - before) * 1e6 / (ROUNDS * TICKS * PEOPLE)
        left_out = turned.desk.counts()["stems-left-out"]
        tape.stop()
    assert left_out == 0
    without = statistics.median(off for off, _ in rounds)
    added = statistics.median(on - off for off, on in rounds)
    figures = [
        figure("a source that talks, not recorded: the tick", "us", without, encode),
        figure("stem and evidence, added to the tick: a source", "us", added, encode),
        figure("stem and evidence, on the writing thread: a source", "us", writing, encode),
        figure("the programme, on the writing thread: a room", "us", programme(tmp_path / "programme", speech), encode),
    ]
    write("stems", figures)


def recorded(desk: Desk, folder: Path) -> Recording:
    """Everybody, stems and evidence."""
    tape = Recording({kind: folder / kind for kind in Kind}, print, print)
    tape.start()
    tape.listen(desk)
    tape.begin(RoomTape(ROOM, 1, desk.tick))
    for n in range(PEOPLE):
        tape.add(desk, SourceTape(n, ROOM, f"sourcesource{n:02}", "personperson", desk.tick))
    return tape


def record(desk: Desk, *, wanted: bool) -> None:
    for n in range(PEOPLE):
        desk.stem(n, wanted)


def cpu_of(tape: Recording) -> float:
    """Seconds of its thread."""
    return time.clock_gettime(time.pthread_getcpuclockid(tape.thread.ident or 0))


def programme(folder: Path, speech: Speech) -> float:
    """Of 20 ms of a mix, encoded and written."""
    frames = [(frame * 32_767).astype("<i2").tobytes() for frame in speech.voices[0]]
    about = About(ROOM, "programme", "", 1, 1)
    record = RoomRecord(ROOM, 1, {kind: folder / kind for kind in Kind}, print)
    at = iter(range(0, len(frames) * TICK, TICK))
    turn = iter(frames)

    def one() -> None:
        place = next(at)
        record.sound(about, place, next(turn))
        if place % 24_000 == 0:
            record.flush()

    spent = cpu_microseconds(one, len(frames))
    record.close()
    return spent
