"""Every string in a fact says what it is about, so that a log can be given away without the people in it."""

from typing import Annotated, ClassVar

import pytest

from libs.events.event import Audience, Event
from libs.events.ids import PersonId
from libs.events.scrubbing import Unclassified, fields
from libs.events.text import FreeText
from libs.events.vocabulary import BY_TAG


@pytest.mark.parametrize("fact", BY_TAG.values(), ids=lambda fact: fact.tag)
def test_every_string_of_a_fact_says_whether_it_is_personal(fact: type[Event]) -> None:
    fields(fact)


class Told(Event, frozen=True, kw_only=True):
    """What the faults below are planted in."""

    tag: ClassVar[str] = "rooms.told.v1"
    audience: ClassVar[Audience] = Audience.STAFF

    person: PersonId
    words: tuple[FreeText, ...] = ()


def test_a_string_that_says_nothing_is_found() -> None:
    class Plain(Told, frozen=True, kw_only=True):
        more: str

    class Hidden(Told, frozen=True, kw_only=True):
        more: tuple[Annotated[str, "of what kind?"] | None, ...] = ()

    class Mixed(Told, frozen=True, kw_only=True):
        more: PersonId | int

    for fact in (Plain, Hidden, Mixed):
        with pytest.raises(Unclassified, match=rf"{fact.__name__}\.more: "):
            fields(fact)
    assert [name for name, _ in fields(Told)] == ["person", "words"]
