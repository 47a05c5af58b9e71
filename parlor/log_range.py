"""A span of the log by wall-clock time: how people say it, and whether a fact is in it. Pure."""

import re
from datetime import datetime

import msgspec

from libs.events.envelope import milliseconds
from libs.events.ids import Milliseconds

UNITS = {"s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
AGO = re.compile(r"(\d{1,6})([smhd])")
FORMS = "say a time with its offset (`2026-11-24T20:15:00Z`), or how long ago (`90s`, `15m`, `2h`, `3d`)"


class Range(msgspec.Struct, frozen=True):
    """From a time on, until before another; None is without end on that side."""

    since: Milliseconds | None = None
    until: Milliseconds | None = None

    def covers(self, time: str) -> bool:
        """True when an envelope's time is in it, or can't be read: better a line too many than one that is missed."""
        try:
            at = milliseconds(time)
        except ValueError:
            return True
        return (self.since is None or at >= self.since) and (self.until is None or at < self.until)


def moment(text: str, now: Milliseconds) -> Milliseconds:
    """The wall-clock time that somebody means. Raises ValueError that says how to."""
    ago = AGO.fullmatch(text)
    if ago is not None:
        return Milliseconds(now - int(ago[1]) * UNITS[ago[2]])
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text[:40]!r} is no time: {FORMS}") from None
    if at.tzinfo is None:
        raise ValueError(f"{text[:40]!r} has no offset: {FORMS}")
    return Milliseconds(round(at.timestamp() * 1000))
