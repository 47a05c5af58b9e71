"""`index.html`: everything about one demo on one page that needs no other file."""

import base64
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from libs.events.envelope import Recorded
from libs.events.subjects import event_name
from libs.events.vocabulary import AnyEvent
from parlor.demo.cast import TITLE
from parlor.demo.checks import Findings
from parlor.demo.kitchen import Kitchen
from parlor.demo.recordings import Line
from parlor.demo.sound import RATE, Sound

TEMPLATE = Path(__file__).with_name("page.html")
COLUMNS = 900


class Moments(msgspec.Struct, frozen=True):
    """Media time of what is not in the log itself, in seconds: when the heard recording begins, when each line of the
    dialogue was said.
    """

    heard: float
    said: tuple[float, ...]


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """What the page is made of."""

    heard: Sound
    lines: tuple[Line, ...]
    findings: Findings
    log: tuple[Recorded[AnyEvent], ...]
    people: Mapping[str, str]
    kitchen: Kitchen
    moments: Moments


def page(shown: Shown) -> str:
    """The whole document."""
    data = msgspec.json.encode(
        {
            "ok": shown.findings.report.ok,
            "title": TITLE,
            "notes": shown.findings.report.notes,
            "made": time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()),
            "heard": {"begin": shown.moments.heard, "length": len(shown.heard) / RATE, "peaks": peaks(shown.heard)},
            "programme": shown.kitchen.programme,
            "speakers": list(speakers(shown)),
            "dialogue": [
                {"who": spoken.who, "text": spoken.text, "sound": spoken.begin, "at": at}
                for spoken, at in zip(shown.kitchen.spoken, shown.moments.said, strict=True)
            ],
            "events": [event(record, shown.people) for record in shown.log],
            "checks": msgspec.to_builtins(shown.findings.report.checks),
            "audio": "data:audio/mpeg;base64," + base64.b64encode(shown.kitchen.mp3).decode(),
        }
    ).decode()
    return TEMPLATE.read_text(encoding="utf-8").replace('"DATA"', data.replace("</", "<\\/"))


def peaks(sound: Sound) -> list[float]:
    """The highest amplitude in each of COLUMNS equal stretches."""
    width = max(1, len(sound) // COLUMNS)
    columns = np.abs(sound[: width * COLUMNS]).reshape(-1, width).max(axis=1)
    return [round(float(peak), 3) for peak in columns]


def speakers(shown: Shown) -> Iterator[dict[str, Any]]:
    """When each of them spoke, in media time: their own script, placed where their voice was found; a muted one's,
    which is nowhere, as the first one's, with whom they began.
    """
    for line, voice in zip(shown.lines, shown.findings.voices, strict=True):
        lag = (shown.findings.voices[0] if line.speaker.muted else voice).lag
        turns = [
            (round(shown.moments.heard + turn.begin - lag, 2), round(shown.moments.heard + turn.end - lag, 2))
            for turn in line.part.turns
        ]
        yield {"name": line.speaker.name, "whose": line.speaker.whose, "muted": line.speaker.muted, "turns": turns}


def event(record: Recorded[AnyEvent], people: Mapping[str, str]) -> dict[str, Any]:
    """One fact as the page shows it."""
    envelope = record.envelope
    fields = msgspec.to_builtins(record.event)
    person = str(fields.get("person", ""))
    return {
        "name": event_name(envelope.type),
        "owner": envelope.type.partition(".")[0],
        "who": people.get(person, "") or str(fields.get("title", "")) or str(fields.get("rendition", "")),
        "at": None if envelope.mediatime is None else envelope.mediatime / RATE,
        "heardat": None if envelope.heardat is None else envelope.heardat / RATE,
        "revision": envelope.revision,
        "type": envelope.type,
        "data": {name: people.get(str(value), value) for name, value in fields.items()},
    }
