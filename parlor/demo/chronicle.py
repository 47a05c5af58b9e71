"""What the log has to say after a demo: every event that should be there, in order, numbered and chained."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby, pairwise

import msgspec

from libs.events.envelope import Recorded, decode
from libs.events.ids import START
from libs.events.vocabulary import AnyEvent

Log = Sequence[Recorded[AnyEvent]]


class Expected(msgspec.Struct, frozen=True):
    """An event that has to be in the log: its type, fields of its data that have to be so, and why, in words."""

    type: str
    fields: Mapping[str, str]
    sentence: str


def read(lines: Iterable[bytes]) -> list[Recorded[AnyEvent]]:
    """Events out of JSON lines; raises UnreadableEvent. Positions are those of the file's order, not the log's."""
    return [decode(line, START) for line in lines if line.strip()]


def missing(log: Log, expected: Iterable[Expected]) -> list[Expected]:
    """What is expected and not there."""
    return [wanted for wanted in expected if not any(answers(record, wanted) for record in log)]


def answers(record: Recorded[AnyEvent], wanted: Expected) -> bool:
    """True when this is the event that was expected."""
    if record.envelope.type != wanted.type:
        return False
    data = msgspec.to_builtins(record.event)
    return all(str(data.get(name)) == value for name, value in wanted.fields.items())


def backward_in_time(log: Log) -> list[Recorded[AnyEvent]]:
    """Events whose media time lies before that of an earlier one of the same aggregate."""
    found = []
    for story in aggregates(log):
        timed = [record for record in story if record.envelope.mediatime is not None]
        found += [after for before, after in pairwise(timed) if moment(after) < moment(before)]
    return found


def misnumbered(log: Log) -> list[Recorded[AnyEvent]]:
    """Events whose revision is not one more than the one before (1 for the first)."""
    return [
        record
        for story in aggregates(log)
        for number, record in enumerate(story, start=1)
        if record.envelope.revision != number
    ]


def unchained(log: Log) -> list[Recorded[AnyEvent]]:
    """Events whose `prevhash` is not the digest of the line before in the same aggregate (absent for the first)."""
    found = []
    for story in aggregates(log):
        before = None
        for record in story:
            if record.envelope.prevhash != before:
                found.append(record)
            before = record.digest
    return found


def aggregates(log: Log) -> Iterator[list[Recorded[AnyEvent]]]:
    """The log, one aggregate after the other, each in the order of the log."""
    for _, story in groupby(sorted(log, key=lambda record: record.envelope.aggregate.prefix), key=_prefix):
        yield list(story)


def moment(record: Recorded[AnyEvent]) -> int:
    """Media time in samples, 0 where an event has none."""
    return record.envelope.mediatime or 0


def _prefix(record: Recorded[AnyEvent]) -> str:
    return record.envelope.aggregate.prefix
