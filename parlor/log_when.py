"""How people say a moment of a log, and which facts had happened by then. Pure.

A log has three clocks. `time` is the wall clock of whoever wrote a fact; media time counts the samples of one room;
revisions count the facts about one aggregate, here the room itself. By a time or a media time, facts of each aggregate
are taken up to the first that is later, as clocks differ between services; by a revision, all that the log had then.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, time, timedelta
from typing import TypeAlias

import msgspec

from libs.events.envelope import Recorded, milliseconds
from libs.events.ids import Milliseconds, RoomId, Samples
from libs.events.subjects import Aggregate
from libs.events.subjects import room as room_itself
from libs.events.vocabulary import AnyEvent
from libs.service.mediaclock import RATE

Fact: TypeAlias = Recorded[AnyEvent]

FORMS = (
    "say a time (`2026-11-24T20:15:00Z`, or `20:15`, the last one in the log), a media time of the room "
    "(`12m30s`, `1:02:03`, `604800samples`), or a revision of the room (`r17`)"
)
CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
REVISION = re.compile(r"r([1-9]\d{0,8})")
SAMPLES = re.compile(r"(\d{1,15})samples")
HOURS = re.compile(r"(\d{1,4}):([0-5]\d):([0-5]\d(?:\.\d{1,3})?)")
UNITS = re.compile(r"(?=\d)(?:(\d{1,4})h)?(?:(\d{1,5})m)?(?:(\d{1,6}(?:\.\d{1,3})?)s)?")


class AtTime(msgspec.Struct, frozen=True):
    """By a wall-clock time."""

    at: Milliseconds


class AtClock(msgspec.Struct, frozen=True):
    """By the last time that it was so late, within the log and on this machine's clock."""

    hour: int
    minute: int

    def before(self, last: Milliseconds) -> AtTime:
        """The time that is meant when `last` is when the log ends."""
        end = datetime.fromtimestamp(last / 1000).astimezone()
        on_the_day = datetime.combine(end.date(), time(self.hour, self.minute)).astimezone()
        if on_the_day > end:
            on_the_day = datetime.combine(end.date() - timedelta(days=1), time(self.hour, self.minute)).astimezone()
        return AtTime(Milliseconds(round(on_the_day.timestamp() * 1000)))


class AtMediaTime(msgspec.Struct, frozen=True):
    """By a moment of the room's own sound."""

    at: Samples


class AtRevision(msgspec.Struct, frozen=True):
    """When the room had come so far."""

    revision: int


When: TypeAlias = AtTime | AtClock | AtMediaTime | AtRevision


class NoSuchMoment(ValueError):
    """The log has no such moment; the message says what it has."""


def moment_said(text: str) -> When:
    """The moment that somebody says. Raises NoSuchMoment that says how to."""
    if clock := CLOCK.fullmatch(text):
        return AtClock(int(clock[1]), int(clock[2]))
    if revision := REVISION.fullmatch(text):
        return AtRevision(int(revision[1]))
    if samples := SAMPLES.fullmatch(text):
        return AtMediaTime(Samples(int(samples[1])))
    if parts := HOURS.fullmatch(text) or UNITS.fullmatch(text):
        hours, minutes, seconds = (float(part or 0) for part in parts.groups())
        return AtMediaTime(Samples(round((hours * 3600 + minutes * 60 + seconds) * RATE)))
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise NoSuchMoment(f"{text[:40]!r} is no moment: {FORMS}") from None
    if at.tzinfo is None:
        raise NoSuchMoment(f"{text[:40]!r} has no offset, such as the Z of 2026-11-24T20:15:00Z: {FORMS}")
    return AtTime(Milliseconds(round(at.timestamp() * 1000)))


def until(moment: When, facts: Sequence[Fact], room: RoomId | None) -> Iterator[Fact]:
    """Those of the facts (all of a log, or of one room) that had happened by then. Raises NoSuchMoment."""
    match moment:
        case AtTime():
            yield from _by(facts, moment)
        case AtClock():
            last = max((milliseconds(fact.envelope.time) for fact in facts), default=Milliseconds(0))
            yield from _by(facts, moment.before(last))
        case AtMediaTime():
            named = _named(room, facts, "a media time is counted in one room")
            yield from _by((fact for fact in facts if fact.envelope.roomid == named), moment)
        case AtRevision():
            yield from _to_revision(moment.revision, facts, _named(room, facts, "a revision is of one room"))


def rooms_of(facts: Iterable[Fact]) -> list[str]:
    """Every room in a log, in the order of their first facts."""
    return list(dict.fromkeys(fact.envelope.roomid for fact in facts if fact.envelope.roomid is not None))


def told(rooms: Sequence[str]) -> str:
    """Some of the rooms, for a sentence."""
    some = ", ".join(rooms[:5]) + (f" and {len(rooms) - 5} more" if len(rooms) > 5 else "")
    return f"the log has {some}" if some else "the log has no room"


def _named(room: RoomId | None, facts: Sequence[Fact], why: str) -> RoomId:
    if room is not None:
        return room
    there = rooms_of(facts)
    if len(there) == 1:
        return RoomId(there[0])
    raise NoSuchMoment(f"{why}: name it with --room; {told(there)}")


def _by(facts: Iterable[Fact], moment: AtTime | AtMediaTime) -> Iterator[Fact]:
    over: set[Aggregate] = set()
    for fact in facts:
        about = fact.envelope.aggregate
        if about not in over and _is_later(fact, moment):
            over.add(about)
        if about not in over:
            yield fact


def _is_later(fact: Fact, moment: AtTime | AtMediaTime) -> bool:
    match moment:
        case AtTime():
            return milliseconds(fact.envelope.time) > moment.at
        case AtMediaTime():
            return fact.envelope.mediatime is not None and fact.envelope.mediatime > moment.at


def _to_revision(revision: int, facts: Sequence[Fact], room: RoomId) -> Iterator[Fact]:
    itself, last = room_itself(room), 0
    for fact in facts:
        yield fact
        if fact.envelope.aggregate == itself:
            last = fact.envelope.revision
            if last >= revision:
                return
    raise NoSuchMoment(f"room {room} is at r{last} at the end of the log, there is no r{revision}")


def clock(mediatime: Samples) -> str:
    """`1:02:03.5` for a media time, so that it can be said again."""
    seconds, rest = divmod(mediatime, RATE)
    tenths = f".{rest * 10 // RATE}"
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}{tenths}"
