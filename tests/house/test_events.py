"""Facts are storage format: what was written once can be read for ever, and the page about them is true."""

import shutil
from pathlib import Path

import msgspec
import pytest

from libs.events.breaking import breaking
from libs.events.event import Event
from libs.events.rooms import RoomOpened
from libs.events.schema import dumps, schema, schemas
from libs.events.upcasts import UPCASTS
from libs.events.vocabulary import BY_TAG, CLASSES, OWNERS
from parlor.log_schema import REPOSITORY, WouldBreakReaders, committed, made, renew, schema_file

SHIPPED = Path(__file__).with_name("tags.txt")
HOW = "run `parlor log schema --write` and commit what it renews"


def test_no_change_of_a_fact_breaks_readers_of_lines_that_exist() -> None:
    assert [fault for owner in OWNERS for fault in breaking(committed(owner), schemas(owner))] == []


@pytest.mark.parametrize("file", made(), ids=lambda file: file.name)
def test_what_is_made_from_the_facts_is_up_to_date(file: Path) -> None:
    assert file.exists(), HOW
    assert file.read_bytes() == made()[file], HOW


def test_what_was_committed_knows_every_tag_that_was_ever_shipped() -> None:
    tags = [tag for owner in OWNERS for tag in committed(owner)]

    assert sorted(tags) == sorted(SHIPPED.read_text().split())


def test_every_fact_is_on_the_page() -> None:
    page = (REPOSITORY / "docs" / "events.md").read_text()

    assert [tag for tag in BY_TAG if f"### `{tag}`\n" not in page] == [], HOW


def test_every_class_of_fact_is_in_its_owners_union_or_has_an_upcast() -> None:
    known = {fact for fact in Event.__subclasses__() if fact.__module__.removeprefix("libs.events.") in OWNERS}

    assert known == {*CLASSES, *(upcast.old for upcast in UPCASTS)}


def test_breaking_changes_are_not_written_over_what_was_committed(tmp_path: Path) -> None:
    shutil.copytree(REPOSITORY / "libs" / "events" / "schemas", tmp_path / "libs" / "events" / "schemas")
    older = committed("rooms") | {"rooms.painted.v1": schema(RoomOpened)}
    schema_file("rooms", tmp_path).write_bytes(msgspec.json.encode(older))

    with pytest.raises(WouldBreakReaders, match=r"rooms\.painted\.v1 is gone"):
        list(renew(tmp_path))
    assert schema_file("rooms", tmp_path).read_bytes() == msgspec.json.encode(older)


def test_renewing_writes_every_file_once(tmp_path: Path) -> None:
    assert len(list(renew(tmp_path))) == len(dumps()) + 2
    assert list(renew(tmp_path)) == []
