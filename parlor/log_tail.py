"""Which facts somebody watches, and how one looks on a line."""

from collections.abc import Iterator
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Any

import msgspec
from rich.text import Text

from libs.events.envelope import milliseconds
from libs.events.event import Unreadable
from libs.events.subjects import Interest, event_name
from parlor.log_selection import Selection
from parlor.log_when import Fact

COLOURS = {"rooms": "cyan", "presence": "green", "media": "magenta", "playback": "yellow"}
LONGEST = 48
"""A value that is longer is cut: a topic that is sealed says nothing anyway."""


class Watch(Selection, frozen=True, kw_only=True):
    """A selection that may be narrower. `kind` is a glob over the type or the event's name."""

    owner: str = ""
    kind: str = ""

    @property
    def interest(self) -> Interest:
        """What has to be read for it."""
        return Interest(owners=(self.owner,) if self.owner else (), scope=self.room)

    @property
    def looks_back(self) -> bool:
        """True when what has happened is wanted as well."""
        return self.within.since is not None

    def covers(self, fact: Fact) -> bool:
        """True when a fact of that interest is wanted."""
        names = (fact.envelope.type, _event(fact))
        if self.kind and not any(fnmatchcase(name, self.kind) for name in names):
            return False
        return super().covers(fact)


def shown(fact: Fact) -> Text:
    """`20:15:03.250  r2d2aaaaaaaaaaaa  ana2222222222222  SpeakerMuted person=… by=…`, on this machine's clock."""
    envelope = fact.envelope
    owner = envelope.type.partition(".")[0]
    line = Text.assemble(
        (_clock(envelope.time), "dim"),
        f"  {envelope.roomid or envelope.aggregate.scope:<16}",
        (f"  {envelope.actor or envelope.via:<16}  ", "dim"),
        (_event(fact), f"bold {COLOURS.get(owner, 'white')}"),
    )
    if isinstance(fact.event, Unreadable):
        return line.append(f"  can't be read: {fact.event.reason}", "red")
    for name, value in _told(fact):
        line.append(f" {name}=", "dim").append(value)
    return line


def _clock(time: str) -> str:
    """On this machine's clock; as it is when it is no time, which a foreign writer may have written."""
    try:
        at = datetime.fromtimestamp(milliseconds(time) / 1000).astimezone()
    except ValueError:
        return f"{time[:12]:<12}"
    return f"{at:%H:%M:%S}.{at.microsecond // 1000:03}"


def _event(fact: Fact) -> str:
    tag = fact.envelope.type
    return event_name(tag) if tag.count(".") > 1 else tag


def _told(fact: Fact) -> Iterator[tuple[str, str]]:
    """What the fact says beside where and who; also of a type that is not known."""
    said: dict[str, Any] = msgspec.json.decode(fact.envelope.data)
    for name, value in said.items():
        if name == "room" or (name == "by" and value == fact.envelope.actor):
            continue
        text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
        yield name, text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
