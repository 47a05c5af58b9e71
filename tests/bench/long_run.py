"""Half an hour of `parlor up`: does its memory stay flat, does media time keep step with the clock?

    python -m tests.bench.long_run 30

Starts a Parlor of its own, listens to the mixer's clock beacons and to what its processes weigh, and writes
`out/bench/long_run.json`. Beacons arrive late at times, never early: the least lateness of each minute is the clock's
own, and how far that wanders over the run is the drift.
"""

import asyncio
import sys
import time
from collections import defaultdict
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import psutil

from libs.events.telemetry import ClockBeacon
from libs.service.broker import Broker
from parlor.embedded.nats import kept_passwords
from tests.bench.report import Figure, write
from tests.integration.up.running import Parlor, parlor

RATE = 48_000
SETTLED = 10
"""Minutes until caches are warm and each allocator has met its usual load."""
DRIFT_BAR = 40.0
GROWTH_BAR = 1.05


class Weight(msgspec.Struct, frozen=True):
    """MiB in all processes together: `pss` is their fair share of what is in memory, `uss` what only they hold."""

    pss: float
    uss: float


def weight(up: Parlor) -> Weight:
    """What they weigh now."""
    each = [process.memory_full_info() for process in up.family()]
    return Weight(sum(one.pss for one in each) / 2**20, sum(one.uss for one in each) / 2**20)


def drift(lateness: dict[int, list[float]]) -> float:
    """Milliseconds between the most and the least that media time was behind, a minute's least each."""
    least = [min(each) for minute, each in sorted(lateness.items()) if minute >= 0]
    return (max(least) - min(least)) * 1000


async def watch(up: Parlor, state: Path, minutes: int) -> tuple[dict[int, list[float]], list[Weight], float]:
    """Lateness of beacons by minute, weights by minute, and the share of a core that all processes used."""
    secrets = kept_passwords(state / "nats" / "secrets.json")
    port = (state / "nats" / "port").read_text().strip()
    broker = await Broker.connect(f"nats://127.0.0.1:{port}", "long-run", "operator", secrets["operator"])
    lateness: dict[int, list[float]] = defaultdict(list)
    weights: list[Weight] = []
    begun = time.monotonic()
    first: dict[str, float] = {}
    heard = asyncio.Event()

    def beat(beacon: ClockBeacon) -> None:
        now = time.monotonic()
        ahead = now - beacon.mediatime / RATE
        lateness[int((now - begun) / 60)].append(ahead - first.setdefault(beacon.room, ahead))
        heard.set()

    await broker.hear(ClockBeacon, beat)
    used = cpu_seconds(up)
    for minute in range(1, minutes + 1):
        while time.monotonic() < begun + minute * 60:
            heard.clear()
            await heard.wait()
        weights.append(weight(up))
        print(f"minute {minute}: {weights[-1].uss:.1f} MiB of its own, drift {drift(lateness):.1f} ms", flush=True)  # noqa: T201 - it is watched
    share = (cpu_seconds(up) - used) / (minutes * 60)
    await broker.drain()
    lateness.pop(minutes, None)
    return lateness, weights, share


def cpu_seconds(up: Parlor) -> float:
    """What all processes have used so far."""
    return sum(sum(psutil.Process(each.pid).cpu_times()[:2]) for each in up.family())


def main(minutes: int) -> None:
    """Run, and leave the report."""
    with TemporaryDirectory(prefix="parlor-long-") as folder:
        state = Path(folder) / "state"
        with parlor(state) as up:
            lateness, weights, share = asyncio.run(watch(up, state, minutes))
    settled, last = weights[min(SETTLED, len(weights) - 1)], weights[-1]
    wandered = drift(lateness)
    write(
        "long_run",
        [
            compared("drift of media time against the clock", wandered, "ms", DRIFT_BAR, 1.0),
            compared("memory at the end against the beginning", last.uss, "MiB", settled.uss, GROWTH_BAR),
            compared("memory idle", last.pss, "MiB", 320.0, 1.0),
            compared("processor idle", share * 100, "% of a core", 5.0, 1.0),
        ],
    )


def compared(name: str, value: float, unit: str, yardstick: float, bar: float) -> Figure:
    """A figure whose yardstick is what was promised, or its own beginning."""
    ratio = value / yardstick
    return Figure(name=name, value=value, unit=unit, yardstick=yardstick, ratio=ratio, bar=bar, holds=ratio <= bar)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 30)
