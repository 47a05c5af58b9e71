"""How late a tick begins while two other processes spin on two cores: with real-time scheduling if it is granted, and
without, beside a bare loop of clock_nanosleep that runs at the same time.
"""

import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.bench.report import Figure, figure, write

SECONDS = 18
ROUNDS = 3
SPINNING = 2
SETTLED = 50
"""Ticks from the start, while processes are still made."""


@contextmanager
def spinning() -> Iterator[None]:
    """Somebody else has much to do."""
    others = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(SPINNING)]
    try:
        yield
    finally:
        for each in others:
            each.kill()
            each.wait()


def percentile(found: list[float]) -> float:
    """The 99th."""
    return statistics.quantiles(found, n=100)[98]


@pytest.mark.timeout(300)
def test_a_tick_begins_in_time_under_load(tmp_path: Path) -> None:
    nap = tmp_path / "nap"
    subprocess.run(["gcc", "-O2", str(Path(__file__).with_name("nap.c")), "-o", str(nap)], check=True)
    ours = [sys.executable, "-m", "tests.bench.ticking", str(SECONDS)]
    argvs = {"first": ours, "ordinary": [*ours, "ordinary"], "bare": [str(nap), str(SECONDS * 50)]}
    found: dict[str, list[float]] = {name: [] for name in argvs}
    granted = ""
    with spinning():
        for _ in range(ROUNDS):
            running = {name: subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) for name, argv in argvs.items()}
            for name, each in running.items():
                said = each.communicate()[0].split("\n")[:-1]
                assert each.returncode == 0
                if name != "bare":
                    granted = said.pop(0) if name == "first" else (said.pop(0) and granted)
                found[name] += [float(line) for line in said[SETTLED:]]
    write("deadline", [*real_time(found["first"], granted), *ordinary(found["ordinary"], found["bare"])])


def real_time(late: list[float], granted: str) -> list[Figure]:
    """In milliseconds; nothing where it was not granted."""
    if not granted.startswith("real-time"):
        return []
    return [
        figure("real-time: a tick begins late, 99th percentile", "ms", percentile(late) / 1e3, 1.0, 1.0),
        figure("real-time: a tick begins late, most", "ms", max(late) / 1e3, 5.0, 1.0),
    ]


def ordinary(late: list[float], bare: list[float]) -> list[Figure]:
    """Beside the bare loop, and a millisecond more."""
    ours, theirs = percentile(late) / 1e3, percentile(bare) / 1e3
    return [
        figure("ordinary: 99th percentile, beside a bare clock_nanosleep + 1 ms", "ms", ours, theirs + 1.0, 1.0),
        figure("ordinary: most", "ms", max(late) / 1e3, max(bare) / 1e3),
    ]
