"""Facts that nobody ever wrote, as a log of long ago would have them, for tests of how old meanings are read.

A room once began without a kind, then with a flag; today it is `RoomOpened`.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar

import msgspec
import pytest

from libs.events.envelope import Recorded, checksummed, digest_of, encode, encode_data
from libs.events.event import Audience, Event
from libs.events.ids import Lufs, PersonId, ProgrammeId, RoomId
from libs.events.rooms import RoomKind, RoomOpened
from libs.events.subjects import Aggregate
from libs.events.text import FreeText, Language
from libs.events.upcasts import Upcast, readers
from libs.events.vocabulary import BY_TAG, CLASSES, READERS, SUPERSEDED, AnyEvent


class RoomBegunV1(Event, frozen=True, kw_only=True):
    """A room is there; anybody may come in."""

    tag: ClassVar = "rooms.room-begun.v1"
    audience: ClassVar = Audience.PUBLIC

    room: RoomId
    name: FreeText
    aliases: tuple[FreeText, ...] = ()
    host: PersonId
    programme: ProgrammeId | None = None
    automation: FreeText | None = None
    language: Language = "en-US"
    concert: bool = False
    loudness: Lufs | None = None
    own_mixes: int | None = None


class RoomBegunV2(Event, frozen=True, kw_only=True):
    """A room is there; anybody may come in, unless it is `closed`."""

    tag: ClassVar = "rooms.room-begun.v2"
    audience: ClassVar = Audience.PUBLIC

    room: RoomId
    title: FreeText
    aliases: tuple[FreeText, ...] = ()
    closed: bool = False
    host: PersonId
    programme: ProgrammeId | None = None
    automation: FreeText | None = None
    language: Language = "en-US"
    concert: bool = False
    loudness: Lufs | None = None
    own_mixes: int | None = None


def begun_with_a_title(old: RoomBegunV1) -> RoomBegunV2:
    """A name was a title."""
    return RoomBegunV2(title=old.name, **rest(old))


def opened(old: RoomBegunV2) -> RoomOpened:
    """A closed room was one for the invited."""
    return RoomOpened(title=old.title, kind=RoomKind.INVITED if old.closed else RoomKind.OPEN, **rest(old))


def rest(old: RoomBegunV1 | RoomBegunV2 | RoomOpened) -> dict[str, Any]:
    """What all of them say."""
    return {name: getattr(old, name) for name in SAID_BY_ALL}


SAID_BY_ALL = ("room", "aliases", "host", "programme", "automation", "language", "concert", "loudness", "own_mixes")
UPCASTS = (Upcast(RoomBegunV1, RoomBegunV2, begun_with_a_title), Upcast(RoomBegunV2, RoomOpened, opened))


def as_once(event: AnyEvent) -> Event:
    """The fact as it was said long ago: what was open in the first version, what was not in the second."""
    if not isinstance(event, RoomOpened):
        return event
    if event.kind is RoomKind.OPEN:
        return RoomBegunV1(name=event.title, **rest(event))
    return RoomBegunV2(title=event.title, closed=True, **rest(event))


@contextmanager
def planted() -> Iterator[None]:
    """As if they had been shipped once."""
    tables: list[tuple[Any, Any]] = [
        (READERS, readers(CLASSES, UPCASTS)),
        (BY_TAG, {upcast.old.tag: upcast.old for upcast in UPCASTS}),
        (SUPERSEDED, {upcast.old.tag: upcast.new for upcast in UPCASTS}),
    ]
    with pytest.MonkeyPatch.context() as patch:
        for table, rows in tables:
            for tag, row in rows.items():
                patch.setitem(table, tag, row)
        yield


def written_long_ago(facts: Sequence[Recorded[AnyEvent]]) -> list[bytes]:
    """The same log with each room opened in the old way, chained anew."""
    ends: dict[Aggregate, str] = {}
    lines = []
    for fact in facts:
        about, said = fact.envelope.aggregate, as_once(fact.event)
        envelope = msgspec.structs.replace(
            fact.envelope, type=said.tag, data=encode_data(said), prevhash=ends.get(about), checksum=None
        )
        lines.append(encode(checksummed(envelope) if fact.envelope.checksum else envelope))
        ends[about] = digest_of(lines[-1])
    return lines
