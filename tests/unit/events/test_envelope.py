"""One line per fact: CloudEvents JSON that anybody can read, and that we read strictly."""

import json

import msgspec
import pytest

from libs.events.envelope import Envelope, UnreadableEvent, decode, encode, rfc3339
from libs.events.event import Unknown
from libs.events.ids import Milliseconds, Position
from libs.events.rooms import RoomOpened
from tests.integration.log.facts import ANA, Chain

PLACE = Position(7)


def opened() -> Envelope:
    return Chain().opened()[0]


def changed(**fields: object) -> bytes:
    return json.dumps(json.loads(encode(opened())) | fields).encode()


def test_a_line_is_read_back_as_it_was_written() -> None:
    line = encode(opened())
    read = decode(line, PLACE)

    assert isinstance(read.event, RoomOpened)
    assert (read.position, read.line, encode(read.envelope)) == (PLACE, line, line)
    assert read.event.host == ANA


def test_a_line_is_a_cloud_event_in_structured_mode() -> None:
    attributes = json.loads(encode(opened()))

    assert {"specversion", "id", "source", "type", "subject", "time", "data"} <= attributes.keys()
    assert attributes["specversion"] == "1.0"
    assert all(name.isalnum() and name.islower() for name in attributes)


def test_a_line_has_no_newline_in_it() -> None:
    assert b"\n" not in encode(opened())


def test_what_is_not_said_is_not_written() -> None:
    assert b"null" not in encode(opened())


def test_a_type_that_we_do_not_know_is_no_error() -> None:
    read = decode(changed(type="rooms.confetti-thrown.v9", data={"colour": "red"}), PLACE)

    assert isinstance(read.event, Unknown)
    assert read.envelope.type == "rooms.confetti-thrown.v9"


def test_fields_that_a_newer_program_adds_are_passed_over() -> None:
    data = json.loads(encode(opened()))["data"] | {"wallpaper": "stars"}

    assert isinstance(decode(changed(data=data, newattribute="x"), PLACE).event, RoomOpened)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"", "not an event envelope"),
        (b"{}", "missing required field `specversion`"),
        (b"[1]", "Expected `object`"),
        (changed(specversion="2.0"), "envelope version '2.0', this program reads '1.0'"),
        (changed(revision="one"), "Expected `int`"),
        (changed(data={"room": 5}), "rooms.room-opened.v1 .*Expected `str`"),
    ],
)
def test_what_is_no_event_of_ours_is_refused_with_the_reason(line: bytes, why: str) -> None:
    with pytest.raises(UnreadableEvent, match=why):
        decode(line, PLACE)


def test_a_subject_that_is_not_ours_is_refused_when_it_is_asked_for() -> None:
    with pytest.raises(ValueError, match="a subject is <scope>/<kind>-<id>"):
        _ = decode(changed(subject="nowhere"), PLACE).envelope.aggregate


def test_a_moment_is_written_in_utc_to_the_millisecond() -> None:
    assert rfc3339(Milliseconds(1_764_000_000_007)) == "2025-11-24T16:00:00.007Z"


def test_the_digest_is_that_of_the_bytes() -> None:
    line = encode(opened())

    assert decode(line, PLACE).digest == decode(line, Position(8)).digest
    assert decode(line + b" ", PLACE).digest != decode(line, PLACE).digest
    assert msgspec.json.decode(line) == msgspec.json.decode(line + b" ")
