"""How a benchmark says what it found: a ratio to a yardstick of the same run, into `out/bench/<name>.json`."""

import os
import platform
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

OUT = Path(__file__).parents[2] / "out/bench"


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """One measured value. `ratio` is value / yardstick; `bar` is what the ratio should not pass (of a duration), or not
    fall below (of a rate), if there is one; `floor` is what a rate itself should not fall below.
    """

    name: str
    value: float
    unit: str
    yardstick: float
    ratio: float
    bar: float | None = None
    floor: float | None = None
    holds: bool | None = None


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """All figures of one benchmark and the machine that they are from."""

    machine: str
    figures: list[Figure]


def figure(name: str, unit: str, value: float, yardstick: float, bar: float | None = None) -> Figure:
    """A figure for which less is better."""
    ratio = value / yardstick
    holds = None if bar is None else ratio <= bar
    return Figure(name=name, value=value, unit=unit, yardstick=yardstick, ratio=ratio, bar=bar, holds=holds)


def rate(name: str, value: float, yardstick: float, *, bar: float | None = None, floor: float | None = None) -> Figure:
    """A figure in events per second, for which more is better."""
    ratio = value / yardstick
    limits = [ratio >= bar] if bar is not None else []
    limits += [value >= floor] if floor is not None else []
    return Figure(
        name=name,
        value=value,
        unit="events/s",
        yardstick=yardstick,
        ratio=ratio,
        bar=bar,
        floor=floor,
        holds=all(limits) if limits else None,
    )


def write(name: str, figures: list[Figure]) -> Path:
    """Leave the report where people and programs look for it, and print it."""
    OUT.mkdir(parents=True, exist_ok=True)
    path = OUT / f"{name}.json"
    load = f"load {os.getloadavg()[0]:.1f} at the end"
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, {load}"
    path.write_bytes(msgspec.json.format(msgspec.json.encode(Report(machine=machine, figures=figures))))
    for one in figures:
        verdict = {None: "", True: "  holds", False: "  DOES NOT HOLD"}[one.holds]
        print(f"{one.name}: {one.value:.1f} {one.unit}, {one.ratio:.2f} of the yardstick{verdict}")  # noqa: T201 - it is read
    return path


def interleaved(runs: int, *measured: Callable[[], float]) -> list[float]:
    """The median of each, taken in turns, so that a noisy minute hits all of them."""
    rounds = [[measure() for measure in measured] for _ in range(runs)]
    return [statistics.median(one) for one in zip(*rounds, strict=True)]


def cpu_microseconds(work: Callable[[], object], times: int) -> float:
    """CPU time of this thread for one call, over many."""
    begun = time.thread_time()
    for _ in range(times):
        work()
    return (time.thread_time() - begun) * 1e6 / times
