"""Janus AudioBridge and we, with the same packets of real speech in the same run, in turns: CPU of the whole process,
kernel included, for each participant and 20 ms. `make bench BENCH=peers` installs Debian's janus where it may.
"""

import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest

from tests.bench.house import House
from tests.bench.janus import Janus, modules
from tests.bench.load import EACH_SECOND, Load, Person, Speech, cost
from tests.bench.plot import plot
from tests.bench.report import Figure, figure, write

SECONDS = float(os.environ.get("PARLOR_PEERS_SECONDS", "8"))
WARM_UP = 3.0
RUNS = 3
SHAPES = {"1 x 50, all talk": (1, 50, 50), "1 x 50, three talk": (1, 50, 3), "10 x 10, all talk": (10, 10, 10)}
SIZES = (2, 5, 10, 20, 50)

Shape: TypeAlias = tuple[int, int, int]
Measure: TypeAlias = Callable[[Shape, float], tuple[float, float]]


@pytest.mark.skipif(modules() is None, reason="Debian's janus is not here: deploy/machine/install janus")
@pytest.mark.timeout(1_200)
def test_we_cost_less_than_janus_with_the_same_packets(tmp_path: Path) -> None:
    speech, house = Speech(), House(tmp_path)

    def ours(shape: Shape, seconds: float) -> tuple[float, float]:
        load, seated = Load(speech), house.seat(*shape)
        try:
            load.join(seated, house.places(seated))
            return cost(load, house.pid, seconds, WARM_UP)
        finally:
            load.close()
            house.end({one.room for one in seated})

    def theirs(shape: Shape, seconds: float) -> tuple[float, float]:
        folder = tmp_path / f"janus-{time.monotonic_ns()}"
        folder.mkdir()
        load, janus = Load(speech), Janus(folder)
        try:
            fill(janus, load, shape)
            return cost(load, janus.pid, seconds, WARM_UP)
        finally:
            janus.close()
            load.close()

    try:
        figures: list[Figure] = []
        for name, shape in SHAPES.items():
            figures += compared(name, shape, ours, theirs, speech)
        write("peers", figures)
        lines = {
            f"{talk} talk, {who}": [(float(n), measure((1, n, min(n, most)), 2.0)[0]) for n in SIZES]
            for who, measure in (("Janus", theirs), ("Parlor", ours))
            for talk, most in (("all", 50), ("three", 3))
        }
    finally:
        house.close()
    plot("peers", "what a participant costs, whole process, kernel included", ("participants of one room", "us"), lines)


def fill(janus: Janus, load: Load, shape: Shape) -> None:
    """Rooms of Janus, and people in them; who does not talk is muted there, too."""
    rooms, people, talkers = shape
    for room in range(1, rooms + 1):
        janus.open(room)
        for n in range(people):
            line, talks = load.line(), n < talkers
            line.connect(janus.join(room, line.getsockname()[1], muted=not talks))
            load.people.append(Person(line, line, 50_000 + len(load.people), talks))


def compared(name: str, shape: Shape, ours: Measure, theirs: Measure, speech: Speech) -> list[Figure]:
    """One shape, in turns."""
    turns = [(*ours(shape, SECONDS), *theirs(shape, SECONDS), speech.yardstick()) for _ in range(RUNS)]
    took, heard, peer, they_heard, yard = (statistics.median(each) for each in zip(*turns, strict=True))
    return [
        figure(f"{name}: Parlor", "us", took, yard),
        figure(f"{name}: Janus AudioBridge", "us", peer, yard),
        figure(f"{name}: Parlor beside Janus", "us", took, peer, 1.0),
        figure(f"{name}: packets a second that each hears, Parlor", "packets", heard, EACH_SECOND),
        figure(f"{name}: packets a second that each hears, Janus", "packets", they_heard, EACH_SECOND),
    ]
