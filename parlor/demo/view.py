"""What a person sees while it happens: a live picture on a terminal, plain lines elsewhere."""

import time
from collections.abc import Mapping
from typing import Protocol

from rich.console import Console

from libs.events.envelope import Recorded
from libs.events.subjects import event_name
from libs.events.telemetry import RoomMeters
from libs.events.vocabulary import AnyEvent
from parlor.demo.report import Report
from parlor.echo.hearing import HeardAudio


class View(Protocol):
    """Told everything as it happens."""

    def step(self, sentence: str) -> None:
        """The story went on."""

    def people(self, names: Mapping[str, str]) -> None:
        """Names by person id."""

    def fact(self, fact: Recorded[AnyEvent]) -> None:
        """A fact was written down."""

    def said(self, who: str, text: str) -> None:
        """Somebody in the kitchen spoke."""

    def meters(self, beacon: RoomMeters) -> None:
        """How loud everybody is, ten times a second."""

    def listening(self, seconds: float) -> None:
        """The Echo plays and goes on for so long."""

    def heard(self, heard: HeardAudio) -> None:
        """What it heard."""

    def verdict(self, report: Report) -> None:
        """The checks are done."""


class PlainView:
    """One line each, for pipes and continuous integration."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._began = time.monotonic()
        self._names: Mapping[str, str] = {}

    def step(self, sentence: str) -> None:
        self._print(sentence)

    def people(self, names: Mapping[str, str]) -> None:
        self._names = names

    def fact(self, fact: Recorded[AnyEvent]) -> None:
        self._print(f"  log  {headline(fact, self._names)}")

    def said(self, who: str, text: str) -> None:
        self._print(f"  {who}: {text}")

    def meters(self, beacon: RoomMeters) -> None:
        pass

    def listening(self, seconds: float) -> None:
        self._print(f"The Echo plays; it listens for {seconds:.0f} s")

    def heard(self, heard: HeardAudio) -> None:
        self._print(
            f"Heard {heard.seconds:.1f} s of {heard.content_type}, the first after {heard.first_audio_after} ms"
        )

    def verdict(self, report: Report) -> None:
        for check in report.checks:
            self._print(f"{'holds' if check.ok else 'FAILS'}  {check.name}: {check.sentence} ({check.bar})")

    def _print(self, line: str) -> None:
        passed = time.monotonic() - self._began
        self._console.print(f"{passed:5.1f}  {line}", markup=False, highlight=False, soft_wrap=True)


def headline(fact: Recorded[AnyEvent], names: Mapping[str, str]) -> str:
    """`SpeakerJoined Ana`: the event's name, and of whom or what it tells."""
    event = fact.event
    whom = [str(getattr(event, field)) for field in ("person", "title", "rendition") if getattr(event, field, None)]
    return " ".join([event_name(fact.envelope.type), *(names.get(each, each) for each in whom)])
