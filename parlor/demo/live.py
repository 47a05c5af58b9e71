"""The demo on a terminal: what happens, who is loud, what the log says, what is said in the kitchen, all at once."""

import time
from collections import deque
from collections.abc import Mapping
from types import TracebackType
from typing import Self

from rich.columns import Columns
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from libs.events.envelope import Recorded
from libs.events.telemetry import RoomMeters
from libs.events.vocabulary import AnyEvent
from parlor.demo.cast import SPEAKERS, TITLE
from parlor.demo.report import Report
from parlor.demo.view import headline
from parlor.echo.hearing import HeardAudio

ROWS = 12
QUIETEST = -60.0
BAR = 24
COLOURS = {"rooms": "magenta", "presence": "green", "media": "yellow", "playback": "cyan"}
FRESH = 0.5
"""Seconds for which a meter is believed."""


class LiveView:
    """A View. Use it as a context; it leaves its last picture and the verdict on the terminal."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._began = time.monotonic()
        self._names: Mapping[str, str] = {}
        self._log: deque[Text] = deque(maxlen=ROWS)
        self._kitchen: deque[Text] = deque(maxlen=ROWS)
        self._steps: deque[Text] = deque(maxlen=3)
        self._levels: dict[str, tuple[float, float]] = {}
        self._until = self._from = 0.0
        self._live = Live(console=console, get_renderable=self.picture, refresh_per_second=8)

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def step(self, sentence: str) -> None:
        self._steps.append(Text.assemble((f"{time.monotonic() - self._began:5.1f}  ", "dim"), sentence))

    def people(self, names: Mapping[str, str]) -> None:
        self._names = names

    def fact(self, fact: Recorded[AnyEvent]) -> None:
        owner = fact.envelope.type.partition(".")[0]
        at = "" if fact.envelope.mediatime is None else f"{fact.envelope.mediatime / 48_000:6.2f} s"
        self._log.append(Text.assemble((f"{at:>9}  ", "dim"), (headline(fact, self._names), COLOURS[owner])))

    def said(self, who: str, text: str) -> None:
        self._kitchen.append(Text.assemble((f"{who}: ", "bold cyan" if who == "Alexa" else "bold"), text))

    def meters(self, beacon: RoomMeters) -> None:
        now = time.monotonic()
        if not beacon.sources:
            return
        self._levels["programme"] = (beacon.momentary, now)
        for source in beacon.sources:
            self._levels[self._names.get(source.person, "")] = (source.loudness + source.gain, now)

    def listening(self, seconds: float) -> None:
        self._from = time.monotonic()
        self._until = self._from + seconds

    def heard(self, heard: HeardAudio) -> None:
        self.step(f"Heard {heard.seconds:.1f} s of {heard.content_type}, the first after {heard.first_audio_after} ms")

    def verdict(self, report: Report) -> None:
        self._live.stop()
        table = Table.grid(padding=(0, 2))
        for check in report.checks:
            mark = Text("✓", "bold green") if check.ok else Text("✗", "bold red")
            table.add_row(
                mark, Text(check.sentence), Text(f"{check.figure} {check.unit}", "bold"), Text(check.bar, "dim")
            )
        self._console.print(table)

    def picture(self) -> RenderableType:
        """What is on the terminal now."""
        stage = Table.grid(padding=(0, 1))
        for speaker in SPEAKERS:
            stage.add_row(*meter(speaker.name, self._level(speaker.name), muted=speaker.muted))
        stage.add_row(*meter("programme", self._level("programme"), muted=False))
        echo = Group(*self._kitchen, self._progress())
        wide = self._console.width >= 100
        panels = [
            Panel(stage, title=f"“{TITLE}”", width=50 if wide else None),
            Panel(echo, title="In the kitchen", width=self._console.width - 53 if wide else None, height=8),
        ]
        log = Panel(Group(*self._log), title="The log", height=ROWS + 2)
        return Group(*self._steps, Columns(panels) if wide else Group(*panels), log)

    def _level(self, name: str) -> float:
        level, at = self._levels.get(name, (QUIETEST, 0.0))
        return level if time.monotonic() - at < FRESH else QUIETEST

    def _progress(self) -> Text:
        if not self._until:
            return Text("")
        share = min(1.0, (time.monotonic() - self._from) / (self._until - self._from))
        done = round(share * BAR)
        return Text.assemble(("♪ " + "━" * done, "cyan"), ("━" * (BAR - done), "dim"), f" {share:.0%}")


def meter(name: str, level: float, *, muted: bool) -> tuple[Text, Text, Text]:
    """A name, its bar, its loudness as it is heard."""
    filled = round(max(0.0, min(1.0, 1 - level / QUIETEST)) * BAR)
    colour = "dim" if muted else "green"
    told = "muted" if muted else f"{level:4.0f} LUFS"
    return Text(name, "bold"), Text.assemble(("█" * filled, colour), ("·" * (BAR - filled), "dim")), Text(told, "dim")
