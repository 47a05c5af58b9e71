"""A file that is no log, or no longer the one that was written, is refused by line and reason."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.events.chain import Chains
from libs.events.envelope import decode
from libs.events.event import Unknown
from libs.events.ids import START
from libs.events.replay import NotReplayable, check, checked, read_lines

INTERVIEW = Path(__file__).parents[2] / "replay" / "interview.jsonl"
LINES = INTERVIEW.read_bytes().splitlines(keepends=True)

JAZZ = "jazzinterview234/room-jazzinterview234"
OTHER_BYTES = "line 1, rooms ana2222222222222/person-ana2222222222222: written anew it would have other bytes"
NEWER = "line 1: envelope version '2.0', this program reads '1.0'"


def fault(lines: list[bytes]) -> str:
    """What `check` says about a file."""
    with pytest.raises(NotReplayable) as caught:
        check(read_lines(lines))
    return str(caught.value)


def edited(line: bytes, **fields: object) -> bytes:
    """A line with other fields, written as any program would."""
    return msgspec.json.encode(msgspec.json.decode(line) | fields) + b"\n"


def test_a_log_as_it_was_written_is_whole() -> None:
    assert check(read_lines(LINES)) == 51


def test_a_beginning_of_a_log_is_a_whole_log() -> None:
    assert [check(read_lines(LINES[:end])) for end in range(52)] == list(range(52))


def test_a_last_line_without_its_newline_is_still_a_line() -> None:
    assert check(read_lines([*LINES[:-1], LINES[-1].rstrip(b"\n")])) == 51


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda lines: [*lines[:20], lines[20][:200]], "line 21: the file ends in the middle of this line"),
        (lambda lines: [*lines[:20], lines[20][:200] + b"\n", *lines[21:]], "line 21: not an event envelope"),
        (lambda lines: [*lines[:4], b"hello\n"], "line 5: not an event envelope"),
        (lambda lines: [*lines[:4], b"\xff\xfe\n"], "line 5: 'utf-8' codec can't decode"),
        (lambda lines: [*lines[:9], lines[8], *lines[9:]], f"line 10, rooms {JAZZ}: revision 5 comes after 5"),
        (lambda lines: [*lines[:8], *lines[9:]], f"line 21, rooms {JAZZ}: revision 6 comes after 4"),
        (lambda lines: [*lines[:4], edited(lines[4], time="2026-11-24"), *lines[5:]], "line 5: a time is as RFC 3339"),
        (lambda lines: [*lines[:4], edited(lines[4], time="2026-13-24T00:00:00Z")], "line 5: month must be in 1..12"),
        (lambda lines: [edited(lines[0], type="rooms.a b.v1")], "line 1: a type is <owner>.<name>.v<n>"),
        (lambda lines: [edited(lines[0], type="rooms")], "line 1: a type is <owner>.<name>.v<n>"),
        (lambda lines: [edited(lines[0], id="a\r\nNats-Rollup: all")], "line 1: an id is 1 to 128 printable"),
        (lambda lines: [edited(lines[0], subject="a/b")], "line 1: a subject is <scope>/<kind>-<id>"),
        (lambda lines: [edited(lines[0], specversion="2.0")], NEWER),
        (lambda _: [b'{"specversion":"2.0","kind":"odd"}\n'], NEWER),
        (lambda lines: [edited(lines[0], data={})], "line 1: rooms.person-registered.v1 "),
        (lambda lines: [lines[0].replace(b'","', b'", "', 1)], OTHER_BYTES),
        (lambda lines: [edited(lines[0], fresh="?")], OTHER_BYTES),
        (lambda _: [b"[" * 100_000 + b"\n"], "line 1: "),
    ],
)  # fmt: skip
def test_a_spoilt_file_is_named_by_its_first_wrong_line(
    spoil: Callable[[list[bytes]], list[bytes]], reason: str
) -> None:
    assert fault(spoil(LINES)).startswith(reason)


def test_an_id_that_comes_twice_is_named() -> None:
    first, second = LINES[0], edited(LINES[1], id=msgspec.json.decode(LINES[0])["id"])

    assert "line 2, rooms ben2222222222222/person-ben2222222222222: id " in fault([first, second])


def test_a_changed_byte_is_named_by_the_line_that_follows_it() -> None:
    changed = [LINES[0], *(line.replace(b"Jazz at Noon", b"Jazz at Moon") for line in LINES[1:])]

    assert "is not the hash of the line before" in fault(changed)


def test_a_fact_of_an_unknown_type_is_kept_as_it_is() -> None:
    [fact] = read_lines([edited(LINES[0], type="rooms.person-renamed.v7", data={"odd": [1, "x"]})])

    assert isinstance(fact.event, Unknown)
    assert check([fact]) == 1
    assert decode(fact.line, START).envelope == fact.envelope


def test_gaps_of_a_part_of_a_log_are_counted_and_the_rest_is_still_checked() -> None:
    chains = Chains(place="line", partial=True)
    kept = [line for number, line in enumerate(LINES, start=1) if number not in (6, 7, 9)]
    list(checked(read_lines(kept), chains))

    assert [gap.partition(":")[2] for gap in chains.gaps] == [" revision 4 comes after 1", " revision 6 comes after 4"]

    spoilt = [line.replace(b'"actor":"cyz', b'"actor":"zyc') for line in kept]
    with pytest.raises(NotReplayable, match="is not the hash of the line before"):
        list(checked(read_lines(spoilt), Chains(place="line", partial=True)))


@given(st.data())
def test_whatever_bytes_a_file_has_it_is_read_or_refused(data: st.DataObject) -> None:
    line = bytearray(data.draw(st.sampled_from(LINES)))
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(line) - 1))
        line[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
        line = line or bytearray(b"{")
    try:
        facts = list(read_lines(bytes(line).splitlines(keepends=True)))
    except NotReplayable:
        return
    for fact in facts:
        assert fact.envelope.aggregate.owner
        fact.line.decode()
