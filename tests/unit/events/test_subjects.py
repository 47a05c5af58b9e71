"""Subjects are wire law: what is here is stored, and matched by servers and permissions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.events.ids import MalformedId
from libs.events.subjects import (
    EVERYTHING,
    PARTITIONS,
    Aggregate,
    Interest,
    command_subject,
    event_name,
    event_subject,
    parse_name,
    partition,
    query_subject,
    room,
)

JAZZ = "jazzroom22222222"
IDS = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=10, max_size=32)


def test_a_fact_about_a_room_is_stored_under_owner_partition_scope_and_aggregate() -> None:
    about = room(JAZZ)

    assert event_subject(about, "rooms.speaker-admitted.v1") == f"evt.rooms.03.{JAZZ}.room-{JAZZ}.SpeakerAdmitted"


def test_what_other_owners_say_about_a_room_has_its_scope() -> None:
    source = Aggregate("media", JAZZ, "source", "anasource2222222")

    assert source.prefix == f"evt.media.03.{JAZZ}.source-anasource2222222"


@pytest.mark.parametrize(("scope", "number"), [("", 5), ("a", 12), ("foobar", 8)])
def test_the_partition_is_fnv_1a_modulo_sixteen(scope: str, number: int) -> None:
    """Published test vectors of FNV-1a-32: 0x811c9dc5, 0xe40c292c, 0xbf9cf968."""
    assert partition(scope) == number


@given(IDS)
def test_every_scope_has_one_of_sixteen_partitions(scope: str) -> None:
    assert 0 <= partition(scope) < PARTITIONS


@given(IDS, IDS, st.sampled_from(["room", "mix", "source"]))
def test_a_name_is_parsed_back_to_its_aggregate(scope: str, identity: str, kind: str) -> None:
    about = Aggregate("media", scope, kind, identity)

    assert parse_name("media", about.name) == about


@pytest.mark.parametrize(
    "name", ["", "jazz", f"{JAZZ}/room", f"{JAZZ}/-{JAZZ}", f"{JAZZ}/room2-{JAZZ}", f"{JAZZ}/room-UPPER2222222"]
)
def test_a_name_of_another_form_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"a subject is|an id is"):
        parse_name("rooms", name)


def test_an_id_that_would_break_a_subject_is_refused() -> None:
    with pytest.raises(MalformedId):
        parse_name("rooms", "a.*.>aaaaaaaaaa/room-jazzroom22222222")


def test_the_events_name_is_the_tags_in_camel_case() -> None:
    assert event_name("media.dead-air-detected.v12") == "DeadAirDetected"


def test_commands_and_queries_have_subjects_of_their_own() -> None:
    assert command_subject("rooms", JAZZ, "GoLive") == "cmd.rooms.03.GoLive"
    assert query_subject("rooms", "Listing") == "qry.rooms.Listing"


@pytest.mark.parametrize(
    ("interest", "subjects"),
    [
        (EVERYTHING, ("evt.>",)),
        (Interest(scope=JAZZ), (f"evt.*.03.{JAZZ}.>",)),
        (Interest(owners=("rooms", "media")), ("evt.rooms.*.>", "evt.media.*.>")),
        (Interest(("rooms",), JAZZ), (f"evt.rooms.03.{JAZZ}.>",)),
    ],
)
def test_an_interest_is_said_to_the_server_in_subjects(interest: Interest, subjects: tuple[str, ...]) -> None:
    assert interest.subjects == subjects


def test_an_interest_covers_what_its_subjects_match() -> None:
    mix = room(JAZZ, "media", "mix")

    assert EVERYTHING.covers(mix)
    assert Interest(owners=("media",)).covers(mix)
    assert not Interest(owners=("rooms",)).covers(mix)
    assert Interest(scope=JAZZ).covers(mix)
    assert not Interest(("media",), "otherroom2222222").covers(mix)
