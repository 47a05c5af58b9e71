"""What a connected source weighs in the whole mixer process, and that its tick thread takes no memory while it runs."""

import ctypes
import os
import struct
import subprocess
import time
from pathlib import Path

import psutil
import pytest

from tests.bench.browsers import Browsers
from tests.bench.house import House
from tests.bench.load import Load, Speech
from tests.bench.report import Figure, figure, write

FIRST, MORE, IN_A_ROOM = 50, 100, 50
SECONDS = 5.0
SETTLED_S = 3.0
BAR_KB = 200.0
PEOPLE = 5


def weight(house: House) -> float:
    """Kilobytes that only the mixer holds."""
    return float(psutil.Process(house.pid).memory_full_info().uss) / 1e3


def codecs() -> float:
    """Kilobytes of libopus for each source of a room in which three talk: its decoder, and its share of the encoders of
    their mixes and of everybody else's.
    """
    opus = ctypes.CDLL("libopus.so.0")
    return float(opus.opus_decoder_get_size(1) + 4 / IN_A_ROOM * opus.opus_encoder_get_size(1)) / 1e3


@pytest.mark.timeout(300)
def test_what_a_source_weighs(tmp_path: Path) -> None:
    speech, house = Speech(), House(tmp_path)
    try:
        weights = []
        for people in (FIRST, MORE):
            seated = house.seat(people // IN_A_ROOM, IN_A_ROOM, 3)
            load = Load(speech)
            load.join(seated, house.places(seated))
            load.run(SETTLED_S)
            weights.append(weight(house))
            load.close()
    finally:
        house.close()
    each = (weights[1] - weights[0]) / MORE
    write(
        "memory",
        [
            figure("a connected source beyond its codecs", "kB", each - codecs(), BAR_KB, 1.0),
            *allocations(tmp_path, speech),
        ],
    )


def allocations(folder: Path, speech: Speech) -> list[Figure]:
    """Calls of malloc and free by the tick thread, while people talk by plain RTP and by WebRTC."""
    counter, counts = folder / "count.so", folder / "counts"
    source = Path(__file__).with_name("count.c")
    subprocess.run(["gcc", "-O2", "-shared", "-fPIC", str(source), "-o", str(counter)], check=True)
    (folder / "counted").mkdir()
    house = House(folder / "counted", LD_PRELOAD=str(counter), COUNTS=str(counts))
    try:
        load = Browsers(speech)
        load.call(house, house.seat(1, PEOPLE, PEOPLE))
        seated = house.seat(1, PEOPLE, PEOPLE)
        load.join(seated, house.places(seated))
        load.run(SETTLED_S)
        ticking = tick_thread(house.pid)
        before, begun = counted(counts)[ticking], time.monotonic()
        load.run(SECONDS)
        taken, given = (now - then for now, then in zip(counted(counts)[ticking], before, strict=True))
        packets = 2 * PEOPLE * (time.monotonic() - begun) * 50
        load.close()
    finally:
        house.close()
    return [
        Figure(
            name=f"{what} by the tick thread over {packets:.0f} packets",
            value=many, unit="calls", yardstick=packets, ratio=many / packets, bar=0.0, holds=many == 0,
        )
        for what, many in (("memory taken", taken), ("memory given back", given))
    ]  # fmt: skip


def tick_thread(pid: int) -> int:
    """The one thread that is scheduled in real time."""
    threads = [each.id for each in psutil.Process(pid).threads()]
    found = [each for each in threads if os.sched_getscheduler(each) == os.SCHED_FIFO]
    if len(found) != 1:
        pytest.skip("which thread ticks shows by its real-time scheduling, which was not granted")
    return found[0]


def counted(file: Path) -> dict[int, tuple[int, int]]:
    """By thread: taken, given back."""
    return {thread: (taken, given) for thread, taken, given in struct.iter_unpack("QQQ", file.read_bytes())}
