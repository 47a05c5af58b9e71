"""Real packets through a tick thread, onto the disk: in their places, whatever the disk does, and whoever is killed."""

import json
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
import pytest

from services.media.engine.desk import Desk
from services.media.mixing.frame import TICK, Float
from services.media.mixing.opus import VOIP, Encoder, packet_samples
from services.media.mixing.rtp import Packet as Rtp
from services.media.mixing.rtp import pack
from services.media.recording.evidence import packets
from services.media.recording.kinds import Fault, Kind
from services.media.recording.thread import Recording, RoomTape, SourceTape
from services.media.transport.ogg import OggReader
from tests.house.tree import REPOSITORY
from tests.unit.media.engine.studio import desk, keep_time, until
from tests.unit.media.mixing.sounds import tone
from tests.unit.media.recording.decoding import decoded, loud

pytestmark = pytest.mark.slow

ROOM, ANA = "roomroomroom", "anasanasanas"
SSRC = 1_000
BOTH = frozenset({Kind.STEMS, Kind.EVIDENCE})


@contextmanager
def recording(folder: Path, faults: list[Fault] | None = None) -> Iterator[Recording]:
    """One that writes, into `stems` and `evidence`."""
    told = faults if faults is not None else []
    made = Recording({kind: folder / kind for kind in Kind}, told.append, _failed)
    made.start()
    try:
        yield made
    finally:
        made.stop()
    assert faults is not None or told == []


def _failed(fault: Exception) -> None:
    raise AssertionError("the writing thread ended") from fault


class Ana:
    """Somebody who speaks, and whose packets get lost or overtake each other."""

    def __init__(self, port: int) -> None:
        self.said: list[bytes] = []
        self._encoder = Encoder(VOIP)
        self._chance = np.random.default_rng(1)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.connect(("127.0.0.1", port))

    def __del__(self) -> None:
        self._socket.close()

    def say(self, number: int) -> None:
        while len(self.said) <= number:
            noise = 0.002 * self._chance.standard_normal(TICK)  # or packets would be the same ones
            self.said.append(self._encoder.encode((tone(400.0, 0.02) + noise).astype(np.float32)))
        self._socket.send(pack(Rtp(111, number, number * TICK, SSRC, self.said[number])))


def seat(made: Desk, tape: Recording, kinds: frozenset[Kind] = BOTH) -> int:
    """The room, live from the next tick on, with Ana on its stage; the tick of its media time 0."""
    made.open(0)
    made.add(0, 0, SSRC, 111, False)
    made.gain(0, 1.0)
    made.stem(0, True)
    zero: int = made.counts()["tick"]
    tape.listen(made)
    tape.begin(RoomTape(ROOM, 7, zero, kinds))
    tape.add(made, SourceTape(0, ROOM, ANA, "personperson", zero))
    return zero


def read(folder: Path) -> tuple[list[bytes], list[dict[str, object]]]:
    """Packets of a stem, and its lines."""
    data = (folder / f"stems/{ROOM}/{ANA}-7.opus").read_bytes()
    lines = (folder / f"stems/{ROOM}/{ANA}-7.opus.lines").read_bytes()
    return [packet.data for packet in OggReader().feed(data)[2:]], [json.loads(line) for line in lines.splitlines()]


def test_what_was_said_is_where_it_was_heard_with_what_was_lost(tmp_path: Path) -> None:
    order = iter([0, 1, 2, 3, 5, 4, 6, 7, 8, 9, *range(11, 60)])
    with desk() as (made, port), recording(tmp_path) as tape:
        zero = seat(made, tape)
        ana = Ana(port)
        keep_time(58, lambda: ana.say(next(order)))
        tick = made.counts()["tick"]
        until(lambda: made.counts()["tick"] >= tick + 5)
        tape.end(ROOM, 7)
    stored, lines = read(tmp_path)
    there = [n for n, packet in enumerate(ana.said) if packet in stored]
    assert there[:58] == [n for n in range(there[-1] + 1) if n != 10][:58]
    lost = [line for line in lines if line["what"] == "lost" and line["sequence"] == 10]
    assert len(lost) == 1
    begin = next(line["to"] for line in lines if line["what"] == "none")
    sound = decoded(tmp_path / f"stems/{ROOM}/{ANA}-7.opus")
    assert isinstance(begin, int)
    assert 0 < begin < (tick - zero) * TICK
    assert loud(sound, 0, begin) < 1e-12
    assert loud(sound, begin + 2 * TICK, begin + 9 * TICK) == pytest.approx(0.35, abs=0.03)
    assert sum(packet_samples(packet) for packet in stored) == len(sound)


def test_the_programme_lies_beside_it_sample_for_sample(tmp_path: Path) -> None:
    with desk() as (made, port), recording(tmp_path) as tape:
        zero = seat(made, tape)
        made.air(0, True)
        ana = Ana(port)
        numbers = iter(range(100))
        made_pcm: dict[int, bytes] = {}

        def turn() -> None:
            ana.say(next(numbers))
            for room, tick, channels, _, pcm in made.programme():
                assert room == 0
                made_pcm[tick] = pcm
                tape.sound(ROOM, (tick - zero) * TICK, channels, pcm)

        keep_time(100, turn)
        tape.end(ROOM, 7)
    programme = decoded(tmp_path / f"stems/{ROOM}/programme-7.opus")
    ticks = sorted(made_pcm)[-40:-5]
    pcm = b"".join(made_pcm[tick] for tick in ticks)
    aired: Float = np.frombuffer(pcm, np.int16).astype(np.float32) * np.float32(1 / 32_768)
    begin = (ticks[0] - zero) * TICK
    off: Float = aired - programme[begin : begin + len(aired)]
    assert ticks[-1] - ticks[0] == 34
    assert loud(off, 0, len(off)) < 0.01 < loud(aired, 0, len(aired))


def test_evidence_is_frozen_while_everything_goes_on(tmp_path: Path) -> None:
    with desk() as (made, port), recording(tmp_path) as tape:
        zero = seat(made, tape, frozenset({Kind.EVIDENCE}))
        ana = Ana(port)
        numbers = iter(range(200))
        keep_time(60, lambda: ana.say(next(numbers)))
        now = (made.counts()["tick"] - zero) * TICK
        bundle = tape.freeze(ROOM, now - 48_000, now - 4_800, tmp_path / "case")
        assert bundle is not None
        assert [piece.source for piece in bundle.pieces] == [ANA]
        sound = decoded(tmp_path / f"case/{ANA}-7.opus")
        assert len(sound) == 43_200
        assert loud(sound, 9_600, 38_000) == pytest.approx(0.35, abs=0.03)
        keep_time(20, lambda: ana.say(next(numbers)))
        tape.end(ROOM, 7)
        [ring] = (tmp_path / "evidence" / ROOM).iterdir()
        until(lambda: len([each for each in packets(ring.read_bytes()) if each.payload]) >= 75)
        assert not (tmp_path / "stems" / ROOM).exists()
        tape.forget(ROOM)
        until(lambda: not ring.exists())
    assert (tmp_path / "case/manifest.json").exists()


def test_of_rooms_that_ended_while_we_were_away_no_evidence_stays(tmp_path: Path) -> None:
    (tmp_path / "evidence/goneroomgone").mkdir(parents=True)
    (tmp_path / "evidence" / ROOM).mkdir()
    with recording(tmp_path) as tape:
        tape.forget_others(frozenset({ROOM}))
        until(lambda: not (tmp_path / "evidence/goneroomgone").exists())
    assert (tmp_path / "evidence" / ROOM).exists()


def test_folders_and_files_are_their_owner_s_alone(tmp_path: Path) -> None:
    with desk() as (made, port), recording(tmp_path / "kept") as tape:
        seat(made, tape)
        ana = Ana(port)
        numbers = iter(range(40))
        keep_time(40, lambda: ana.say(next(numbers)))
        tape.end(ROOM, 7)
    found = list((tmp_path / "kept").rglob("*"))
    assert len([each for each in found if each.is_file()]) == 3
    assert {each.stat().st_mode & 0o777 for each in found if each.is_file()} == {0o600}
    assert {each.stat().st_mode & 0o777 for each in found if each.is_dir()} == {0o700}


def test_a_full_disk_is_told_once_and_no_tick_waits(tmp_path: Path) -> None:
    """The limit on file sizes stands for it: writes fail, for this process and as long as it is set."""
    faults: list[Fault] = []
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    with desk() as (made, port), recording(tmp_path, faults) as tape:
        seat(made, tape)
        ana = Ana(port)
        numbers = iter(range(300))
        stem = tmp_path / f"stems/{ROOM}/{ANA}-7.opus"
        while not stem.exists():
            keep_time(10, lambda: ana.say(next(numbers)))
        size = stem.stat().st_size
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + 100, before[1]))
        try:
            keep_time(60, lambda: ana.say(next(numbers)))
            until(lambda: bool(faults))
            keep_time(40, lambda: ana.say(next(numbers)))
            late = sorted(end for _, end in made.lateness())
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        tape.end(ROOM, 7)
    assert sorted((fault.room, fault.kind) for fault in faults) == [(ROOM, Kind.EVIDENCE), (ROOM, Kind.STEMS)]
    assert late[len(late) // 2] < 10_000
    assert len(OggReader().feed(stem.read_bytes())) == len(OggReader().feed(stem.read_bytes()[:size])) > 2


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A disk of 5 MB."""
    (tmp_path / "disk").mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=5m", "disk", str(tmp_path / "disk")], check=False)
    if made.returncode != 0:
        pytest.skip("may not mount")
    yield tmp_path / "disk"
    subprocess.run(["umount", str(tmp_path / "disk")], check=True)


def test_on_a_full_disk_stems_end_and_evidence_goes_on_in_the_room_it_has(small: Path) -> None:
    faults: list[Fault] = []
    with desk() as (made, port), recording(small, faults) as tape:
        seat(made, tape)
        ana = Ana(port)
        numbers = iter(range(300))
        keep_time(30, lambda: ana.say(next(numbers)))
        [ring] = (small / f"evidence/{ROOM}").iterdir()
        with suppress(OSError), (small / "filler").open("wb", buffering=0) as filler:
            while True:
                filler.write(bytes(4_096))
        for _ in range(10):
            keep_time(20, lambda: ana.say(next(numbers)))
            if faults:
                break
        tape.end(ROOM, 7)
        until(lambda: len([each for each in packets(ring.read_bytes()) if each.payload]) >= len(ana.said) - 10)
    assert [(fault.room, fault.kind) for fault in faults] == [(ROOM, Kind.STEMS)]
    assert "No space left" in faults[0].why


@pytest.mark.parametrize("patience", [2.2])
def test_who_is_killed_in_mid_sentence_loses_less_than_a_second(tmp_path: Path, patience: float) -> None:
    command = [sys.executable, "-m", "tests.unit.media.recording.mixer", str(tmp_path)]
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as mixer:
        assert mixer.stdout is not None
        ana = Ana(int(mixer.stdout.readline()))
        numbers = iter(range(1_000))
        begun = time.monotonic()
        keep_time(round(patience * 50), lambda: ana.say(next(numbers)))
        mixer.send_signal(signal.SIGKILL)
        said = time.monotonic() - begun
    stored, _ = read(tmp_path)
    there = [packet for packet in stored if packet in set(ana.said)]
    assert len(there) > (said - 1.0 - 0.2) * 50
    assert loud(decoded(tmp_path / f"stems/{ROOM}/{ANA}-7.opus"), 40_000, 60_000) == pytest.approx(0.35, abs=0.03)
    [ring] = (tmp_path / "evidence" / ROOM).iterdir()
    assert len(packets(ring.read_bytes())) >= len(there)
