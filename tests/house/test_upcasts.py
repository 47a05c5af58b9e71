"""Whoever reads a log meets only the newest facts: every tag that was ever shipped leads there, by pure steps."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar

import msgspec
import pytest
from hypothesis import given

from libs.events.envelope import encode_data
from libs.events.event import Audience
from libs.events.rooms import HandRaised, RoomOpened
from libs.events.upcasts import UPCASTS, Upcast, readers
from libs.events.vocabulary import BY_TAG, CLASSES, READERS, SUPERSEDED
from tests import superseded
from tests.stories import any_of, some

SHIPPED = Path(__file__).with_name("tags.txt").read_text().split()
PLANTED = [*UPCASTS, *superseded.UPCASTS]
"""Ours, and some that show that the rules below bite."""
EVERY_READER = readers(CLASSES, PLANTED)


@pytest.mark.parametrize("tag", SHIPPED)
def test_every_tag_that_was_ever_shipped_is_read_today(tag: str) -> None:
    @some()
    @given(any_of(BY_TAG[tag]))
    def is_read_as_a_current_fact(written: Any) -> None:
        assert type(READERS[tag](encode_data(written))) in CLASSES

    is_read_as_a_current_fact()


def test_what_is_superseded_is_no_current_fact() -> None:
    assert SUPERSEDED.keys() & {fact.tag for fact in CLASSES} == set()
    assert SUPERSEDED.keys() | {fact.tag for fact in CLASSES} == set(SHIPPED)


@pytest.mark.parametrize("upcast", PLANTED, ids=lambda upcast: upcast.old.tag)
def test_a_step_refuses_no_old_fact_and_says_the_same_each_time(upcast: Upcast[Any, Any]) -> None:
    old_class: type[msgspec.Struct] = upcast.old

    @some(100)
    @given(any_of(old_class))
    def leads_on(old: Any) -> None:
        new = upcast.step(old)
        assert type(new) is upcast.new
        assert upcast.step(old) == new
        assert msgspec.json.decode(encode_data(new), type=upcast.new) == new
        assert type(EVERY_READER[upcast.old.tag](encode_data(old))) in CLASSES

    leads_on()


def unfit(upcasts: Sequence[Upcast[Any, Any]]) -> Iterator[str]:
    """Steps that would show a line to more people than it was for, give it to another owner, lose what was sealed for
    a place, or whose old class has no name of its own in the schemas.
    """
    audiences = list(Audience)
    for upcast in upcasts:
        old, new = upcast.old, upcast.new
        if audiences.index(new.audience) < audiences.index(old.audience):
            yield f"{old.tag} was for {old.audience}, and its lines would be for {new.audience}"
        if old.tag.partition(".")[0] != new.tag.partition(".")[0]:
            yield f"{old.tag} has another owner than {new.tag}"
        if not old.__name__.endswith(f"V{old.tag.rpartition('.v')[2]}"):
            yield f"{old.tag} is the class {old.__name__}, without its version"
        moved = {name for name, kind in sealed_fields(old)} - {name for name, kind in sealed_fields(new)}
        if moved or (sealed_fields(old) and old.tag.rpartition(".")[0] != new.tag.rpartition(".")[0]):
            yield f"{old.tag} has sealed words that nobody can open at another place"


def sealed_fields(fact: type[msgspec.Struct]) -> list[tuple[str, Any]]:
    return [(field.name, field.type) for field in msgspec.structs.fields(fact) if "Sealed" in str(field.type)]


def test_every_step_stays_among_those_who_may_read_and_write_it() -> None:
    assert list(unfit(PLANTED)) == []


class HandShown(HandRaised, frozen=True, kw_only=True):
    """A fact with many faults."""

    tag: ClassVar = "media.hand-raised.v1"


def test_a_step_that_tells_more_people_or_moves_what_is_sealed_is_found() -> None:
    def step(old: HandShown) -> RoomOpened:
        raise NotImplementedError

    assert list(unfit([Upcast(HandShown, RoomOpened, step)])) == [
        "media.hand-raised.v1 was for staff, and its lines would be for public",
        "media.hand-raised.v1 has another owner than rooms.room-opened.v1",
        "media.hand-raised.v1 is the class HandShown, without its version",
        "media.hand-raised.v1 has sealed words that nobody can open at another place",
    ]
