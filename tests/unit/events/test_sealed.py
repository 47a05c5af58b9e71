"""Sealed words as they travel: whose they are is seen, what they say is not, and a mistake is not repeated."""

from typing import ClassVar

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.events.event import Audience, Event
from libs.events.ids import MalformedId, PersonId
from libs.events.sealed import NotSealed, Sealed, parts_of, place, sealed, whose
from libs.events.standins import StandIns
from libs.events.subjects import room

ANA = PersonId("anaanaanaana")


class Whispered(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "rooms.whispered.v2"
    audience: ClassVar[Audience] = Audience.STAFF

    words: Sealed | None = None


@given(st.binary(min_size=28, max_size=900))
def test_whose_it_is_and_the_box_come_back(box: bytes) -> None:
    words = sealed(ANA, box)

    assert parts_of(words) == (ANA, box)
    assert whose(words) == ANA
    assert msgspec.json.decode(msgspec.json.encode(Whispered(words=words)), type=Whispered).words == words


def test_it_travels_as_one_string() -> None:
    assert sealed(ANA, bytes(28)) == "sealed.v1.anaanaanaana." + "A" * 38


@pytest.mark.parametrize("words", ["my neighbours boat", "sealed.v1.anaanaanaana.short", "sealed.v1.UPPER.", ""])
def test_what_is_not_sealed_is_refused_and_not_repeated(words: str) -> None:
    with pytest.raises(msgspec.ValidationError) as refused:
        msgspec.json.decode(msgspec.json.encode({"words": words}), type=Whispered)
    with pytest.raises(NotSealed) as unsealed:
        whose(Sealed(words))
    assert not words or words not in f"{refused.value} {unsealed.value}"


def test_a_later_version_can_be_folded_and_not_read() -> None:
    later = Sealed("sealed.v2" + sealed(ANA, bytes(28)).removeprefix("sealed.v1"))

    assert msgspec.json.decode(msgspec.json.encode(Whispered(words=later)), type=Whispered).words == later
    with pytest.raises(NotSealed):
        parts_of(later)[1]


def test_only_a_person_has_sealed_words() -> None:
    with pytest.raises(MalformedId):
        sealed(PersonId("Ana!"), bytes(28))


def test_a_place_names_the_thing_the_fact_and_the_field_and_no_version() -> None:
    assert (
        place(room("jazzjazzjazz"), Whispered, "words") == "rooms/jazzjazzjazz/room-jazzjazzjazz/rooms.whispered/words"
    )


def test_where_people_are_left_out_words_are_hollow_and_the_stand_ins() -> None:
    stand_ins, words = StandIns(b"secret"), sealed(ANA, b"nonce, words of hers, and a tag")
    hollow = stand_ins.sealed(words)

    assert whose(hollow) == stand_ins.id(ANA)
    assert len(parts_of(hollow)[1]) == 28
    assert hollow == stand_ins.sealed(words) != stand_ins.sealed(sealed(ANA, bytes(40)))


def test_a_box_that_is_no_base64_is_refused() -> None:
    with pytest.raises(NotSealed, match="base64url"):
        parts_of(Sealed("sealed.v1.anaanaanaana." + "A" * 41))
