"""Facts are storage format: what was written once can be read for ever, and the page about them is true."""

import shutil
from enum import StrEnum
from pathlib import Path
from typing import ClassVar, cast

import msgspec
import pytest

from libs.events.event import Audience, Event
from libs.events.schema import breaking, dumps, schema, schemas
from libs.events.vocabulary import CLASSES, OWNERS
from parlor.log_schema import REPOSITORY, WouldBreakReaders, committed, made, renew, schema_file

HOW = "run `parlor log schema --write` and commit what it renews"


def test_no_change_of_a_fact_breaks_readers_of_lines_that_exist() -> None:
    assert [fault for owner in OWNERS for fault in breaking(committed(owner), schemas(owner))] == []


@pytest.mark.parametrize("file", made(), ids=lambda file: file.name)
def test_what_is_made_from_the_facts_is_up_to_date(file: Path) -> None:
    assert file.exists(), HOW
    assert file.read_bytes() == made()[file], HOW


def test_every_fact_is_on_the_page() -> None:
    page = (REPOSITORY / "docs" / "events.md").read_text()

    assert [fact.tag for fact in CLASSES if f"### `{fact.tag}`\n" not in page] == [], HOW


def test_every_class_of_fact_is_in_its_owners_union() -> None:
    known = {fact for fact in Event.__subclasses__() if fact.__module__.removeprefix("libs.events.") in OWNERS}

    assert known == set(CLASSES)


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Painted(Event, frozen=True, kw_only=True):
    """The fact that the faults below are planted in."""

    tag: ClassVar[str] = "rooms.painted.v1"
    audience: ClassVar[Audience] = Audience.STAFF

    room: str
    colour: Colour
    coats: int = 1
    by: str | None = None


def faults(after: type[Event]) -> list[str]:
    return breaking({Painted.tag: schema(Painted)}, {Painted.tag: schema(after)})


def painted(**fields: tuple[object, object]) -> type[Event]:
    """`Painted` with other fields: `...` as default is none, `None` as type leaves the field out."""
    now = {"room": (str, ...), "colour": (Colour, ...), "coats": (int, 1), "by": (str | None, None)} | fields
    spec = [(name, kind) if default is ... else (name, kind, default) for name, (kind, default) in now.items() if kind]
    namespace = {"tag": Painted.tag, "audience": Audience.STAFF}
    made_up = msgspec.defstruct("Painted", spec, bases=(Event,), namespace=namespace, frozen=True, kw_only=True)
    return cast("type[Event]", made_up)


def test_a_fact_that_did_not_change_breaks_nothing() -> None:
    assert faults(Painted) == []
    assert faults(painted()) == []


@pytest.mark.parametrize(
    "after",
    [
        painted(gloss=(bool, False)),
        painted(coats=(float, 1)),
        painted(by=(str | int | None, None)),
        painted(colour=(StrEnum("Colour", {"RED": "red", "BLUE": "blue", "GREEN": "green"}), ...)),
        painted(colour=(str, ...)),
        painted(coats=(None, ...)),
        painted(room=(str, "")),
    ],
    ids=[
        "new field with default",
        "wider number",
        "wider union",
        "new value",
        "any text",
        "optional gone",
        "now optional",
    ],
)
def test_a_fact_may_get_wider(after: type[Event]) -> None:
    assert faults(after) == []


@pytest.mark.parametrize(
    ("after", "fault"),
    [
        (painted(gloss=(bool, ...)), "gloss has no default, but lines without it exist"),
        (painted(room=(None, ...)), "room is gone, and older readers need it"),
        (painted(room=(int, ...)), "room was string, now integer"),
        (painted(by=(str, ...)), "by has no default, but lines without it exist"),
        (painted(by=(str, "")), "by was None when not said, now ''"),
        (painted(coats=(int, 2)), "coats was 1 when not said, now 2"),
        (painted(colour=(StrEnum("Colour", {"RED": "red"}), ...)), "colour was one of blue red, now one of red"),
    ],
)
def test_a_fact_that_would_break_readers_is_found(after: type[Event], fault: str) -> None:
    assert f"rooms.painted.v1: {fault}" in faults(after)


def test_a_fact_that_is_gone_or_told_to_others_is_found() -> None:
    before = {Painted.tag: schema(Painted)}

    assert breaking(before, {}) == ["rooms.painted.v1 is gone"]
    told = {Painted.tag: schema(Painted) | {"audience": "public"}}
    assert breaking(before, told) == ["rooms.painted.v1: its audience was staff, now public"]


def test_breaking_changes_are_not_written_over_what_was_committed(tmp_path: Path) -> None:
    shutil.copytree(REPOSITORY / "libs" / "events" / "schemas", tmp_path / "libs" / "events" / "schemas")
    older = committed("rooms") | {Painted.tag: schema(Painted)}
    schema_file("rooms", tmp_path).write_bytes(msgspec.json.encode(older))

    with pytest.raises(WouldBreakReaders, match=r"rooms\.painted\.v1 is gone"):
        list(renew(tmp_path))
    assert schema_file("rooms", tmp_path).read_bytes() == msgspec.json.encode(older)


def test_renewing_writes_every_file_once(tmp_path: Path) -> None:
    assert len(list(renew(tmp_path))) == len(dumps()) + 2
    assert list(renew(tmp_path)) == []
