"""What the compiled mixer costs for each participant, beside the one encode that every other mixer pays for each."""

import statistics
import subprocess
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from services.media.engine.bout import Bout
from services.media.mixing.frame import TICK
from tests.bench.browsers import Browsers
from tests.bench.crowd import SECONDS, TICK_SECONDS, Crowd, encoded, speech, yardstick
from tests.bench.plot import plot
from tests.bench.report import Figure, figure, interleaved, write

RUNS = 3
TICKS = 300


@pytest.mark.timeout(600)
def test_each_participant_s_share() -> None:
    voices = speech()
    packets = [encoded(frames) for frames in voices]
    hushed = encoded([np.zeros(TICK, np.float32)] * 5)[-1]
    yards: list[float] = []

    def spent(crowd: Crowd, rooms: int, people: int, talkers: int, own: int = 3) -> float:
        yards.append(yardstick(voices[len(yards) % len(voices)]))
        try:
            crowd.seat(rooms, people, talkers, own)
            return crowd.cost()
        finally:
            crowd.close()

    def cost(rooms: int, people: int, talkers: int, own: int = 3, threads: int = 1) -> float:
        return spent(Crowd(packets, hushed, threads), rooms, people, talkers, own)

    shapes: dict[str, tuple[Callable[[], float], float | None]] = {
        "1 x 50, all talk": (lambda: cost(1, 50, 50), 0.34),
        "10 x 10, all talk": (lambda: cost(10, 10, 10), 0.46),
        "1 x 50, an own mix for everybody": (lambda: cost(1, 50, 50, 50), 0.70),
        "1 x 50, three talk": (lambda: cost(1, 50, 3), 0.12),
        "1 x 50, all talk, SRTP by AES-GCM": (lambda: spent(Browsers(packets, hushed), 1, 50, 50), None),
    }
    turns = [[measure() for measure, _ in shapes.values()] for _ in range(RUNS)]
    encode = statistics.median(yards)
    figures: list[Figure] = []
    for (name, (_, bar)), values in zip(shapes.items(), zip(*turns, strict=True), strict=True):
        figures.append(figure(f"{name}: a participant", "us", statistics.median(values), encode, bar))
    figures.append(two_threads(cost, encode))
    figures.append(idle_rooms(packets, hushed))
    write("mixer", figures)
    sizes = (2, 5, 10, 20, 50)
    lines = {
        "all talk": [(n, 100 * cost(1, n, n) / encode) for n in sizes],
        "three talk": [(n, 100 * cost(1, n, min(3, n)) / encode) for n in sizes],
    }
    axes = ("participants of one room", "% of a VOIP encode")
    plot("mixer", "what a participant costs, kernel included", axes, lines)


def two_threads(cost: Callable[[int, int, int, int, int], float], encode: float) -> Figure:
    """What two threads carry together, of what one does: twice, less what they take from each other."""
    one = statistics.median(cost(4, 5, 5, 3, 1) for _ in range(RUNS))
    two = statistics.median(cost(8, 5, 5, 3, 2) for _ in range(RUNS))
    times = 2 * one / two
    return Figure(
        name="4 x 5 on each of two threads, times what one carries",
        value=two, unit="us", yardstick=encode, ratio=times, floor=1.8, holds=times >= 1.8,
    )  # fmt: skip


def test_a_tick_beside_a_bare_loop_of_c(tmp_path: Path) -> None:
    packets = [encoded(frames) for frames in speech()]
    program = tmp_path / "bare"
    subprocess.run(["gcc", "-O2", str(Path(__file__).with_name("bare.c")), "-o", str(program), "-lopus"], check=True)

    def line(people: int) -> list[list[bytes]]:
        return [[packets[n % 4][(tick + 37 * n) % 300] for n in range(people)] for tick in range(TICKS)]

    def bare(people: int, own: int) -> float:
        data = b"".join(len(each).to_bytes(2, "little") + each for turn in line(people) for each in turn)
        argv = [str(program), str(people), str(TICKS), str(own)]
        return float(subprocess.run(argv, input=data, capture_output=True, check=True).stdout)

    def ours(people: int, own: int) -> float:
        bout = Bout(people, own)
        for turn in line(people):
            bout.play(turn)
        return bout.microseconds

    figures = []
    for people, own in ((3, 3), (10, 3), (10, 10), (50, 3)):
        value, plain = interleaved(5, partial(ours, people, own), partial(bare, people, own))
        figures.append(figure(f"a tick of {people}, {own} own mixes, beside bare C", "us", value, plain, 1.05))
    write("mixer-tick", figures)


def idle_rooms(packets: list[list[bytes]], hushed: bytes) -> Figure:
    """A hundred open rooms with nobody in them, as a share of a core."""
    crowd = Crowd(packets, hushed)
    try:
        crowd.seat(100, 0, 0)
        spent = crowd.cost() * round(SECONDS / TICK_SECONDS)
    finally:
        crowd.close()
    return figure("100 idle rooms: CPU of a second", "us", spent / SECONDS, 1e6, 0.01)
