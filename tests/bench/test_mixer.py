"""What the whole mixer costs for each participant, beside the one encode that every other mixer pays for each: its
process as it runs in production, real packets in and out over loopback, in turns.
"""

import statistics
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.bench.browsers import Browsers
from tests.bench.house import House, Seated
from tests.bench.load import Load, Speech, cost, spent
from tests.bench.plot import plot
from tests.bench.report import Figure, figure, write

TURNS = 3
SECONDS = 3.0
WARM_UP = 1.5
SIZES = (2, 5, 10, 20, 50)
IDLE_ROOMS = 100
IDLE_S = 5.0
FEW = 3
"""People in the room of which AAC and MP3 are made, so that what is added shows."""

BARS = {
    "1 x 50, all talk": 0.34,
    "10 x 10, all talk": 0.46,
    "1 x 50, an own mix for everybody": 0.70,
    "1 x 50, three talk": 0.12,
}


class Bench:
    """Mixers that run all the time, and what was measured of them, by name."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.speech = Speech()
        self.house = self._house(folder / "three", stack)
        self.each = self._house(folder / "each", stack, own_mixes=50)
        self.found: dict[str, list[float]] = defaultdict(list)
        self.yards: list[float] = []

    @staticmethod
    def _house(folder: Path, stack: ExitStack, own_mixes: int = 3) -> House:
        folder.mkdir()
        house = House(folder, own_mixes)
        stack.callback(house.close)
        return house

    def measure(self, name: str, load: Load, house: House) -> float:
        """One figure, and the yardstick beside it."""
        self.yards.append(self.speech.yardstick())
        took, heard = cost(load, house.pid, SECONDS, WARM_UP)
        assert heard > 40, f"{name}: {heard:.1f} packets a second"
        self.found[name].append(took)
        return took

    @contextmanager
    def filled(self, shape: tuple[int, int, int], house: House) -> Iterator[tuple[Load, list[Seated]]]:
        """Rooms with people in them, by plain RTP."""
        seated = house.seat(*shape)
        load = Load(self.speech)
        try:
            load.join(seated, house.places(seated))
            yield load, seated
        finally:
            load.close()
            house.end({one.room for one in seated})

    def plain(self) -> None:
        """What has a bar."""
        for name, shape, house in (
            ("1 x 50, all talk", (1, 50, 50), self.house),
            ("10 x 10, all talk", (10, 10, 10), self.house),
            ("1 x 50, an own mix for everybody", (1, 50, 50), self.each),
        ):
            with self.filled(shape, house) as (load, _):
                self.measure(name, load, house)
        with self.filled((1, 50, 3), self.house) as (load, _):
            self.measure("1 x 50, three talk", load, self.house)
            load.hushed = True
            self.measure("1 x 50, three talk, the others send silence 50 times a second", load, self.house)

    def secured(self) -> None:
        """The same by SRTP."""
        seated = self.house.seat(1, 50, 50)
        load = Browsers(self.speech)
        try:
            load.call(self.house, seated)
            self.measure("1 x 50, all talk, WebRTC with AES-GCM", load, self.house)
            for one in load.people[3:]:
                one.talks = False
            self.measure("1 x 50, three talk, WebRTC with AES-GCM", load, self.house)
        finally:
            load.close()
            self.house.end({seated[0].room})

    def added(self) -> None:
        """What renditions cost a room. Who wants AAC gets it, as long as the room lasts; then MP3, too."""
        with self.filled((1, FEW, FEW), self.house) as (load, seated):
            before = FEW * self.measure("a room of three", load, self.house)
            for rendition in ("aac", "mp3"):
                self.house.want(seated[0].room, rendition)
                now = FEW * self.measure(f"a room of three, {rendition} too", load, self.house)
                self.found[f"{rendition.upper()}, added to a room"].append(now - before)
                before = now

    def line(self, talkers: int) -> list[tuple[float, float]]:
        """Cost against people, in percent of a VOIP encode."""
        made = []
        for people in SIZES:
            with self.filled((1, people, min(people, talkers)), self.house) as (load, _):
                took, _heard = cost(load, self.house.pid, 2.0, 1.0)
                made.append((float(people), 100 * took / statistics.median(self.yards)))
        return made

    def idle(self) -> Figure:
        """Open rooms with nobody in them, as a share of a core: the whole process, with its beats and leases."""
        rooms = self.house.idle(IDLE_ROOMS)
        nobody = Load(self.speech)
        nobody.run(2 * WARM_UP)
        before = spent(self.house.pid)
        nobody.run(IDLE_S)
        share = (spent(self.house.pid) - before) / IDLE_S
        self.house.end(set(rooms))
        return figure(f"{IDLE_ROOMS} idle rooms: CPU of a second", "us", share * 1e6, 1e6, 0.01)


@pytest.mark.timeout(900)
def test_each_participant_s_share(tmp_path: Path) -> None:
    with ExitStack() as stack:
        bench = Bench(tmp_path, stack)
        for _ in range(TURNS):
            bench.plain()
            bench.secured()
            bench.added()
        encode = statistics.median(bench.yards)
        figures = [
            figure(
                name if name.endswith("added to a room") else f"{name}: a participant",
                "us",
                statistics.median(values),
                encode,
                BARS.get(name),
            )
            for name, values in bench.found.items()
            if not name.startswith("a room of three")
        ]
        write("mixer", [*figures, bench.idle()])
        axes = ("participants of one room", "% of a VOIP encode")
        lines = {"all talk": bench.line(50), "three talk": bench.line(3)}
        plot("mixer", "what a participant costs, whole process, kernel included", axes, lines)
