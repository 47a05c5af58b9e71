"""How people say a moment of a log, and what had happened by then."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.events.envelope import milliseconds
from libs.events.ids import Milliseconds, RoomId, Samples
from libs.events.logstate import fold
from libs.events.replay import read_lines
from parlor.log_when import (
    AtClock,
    AtMediaTime,
    AtRevision,
    AtTime,
    NoSuchMoment,
    When,
    clock,
    moment_said,
    until,
)

FACTS = list(read_lines((Path(__file__).parents[2] / "replay" / "interview.jsonl").read_bytes().splitlines()))
JAZZ = RoomId("jazzinterview234")
BEGIN = milliseconds(FACTS[0].envelope.time)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-24T20:15:00Z", AtTime(Milliseconds(1_795_551_300_000))),
        ("2026-11-24T21:15:00.250+01:00", AtTime(Milliseconds(1_795_551_300_250))),
        ("20:15", AtClock(20, 15)),
        ("9:05", AtClock(9, 5)),
        ("12m30s", AtMediaTime(Samples(750 * 48_000))),
        ("90s", AtMediaTime(Samples(90 * 48_000))),
        ("1h", AtMediaTime(Samples(3_600 * 48_000))),
        ("1.5s", AtMediaTime(Samples(72_000))),
        ("0s", AtMediaTime(Samples(0))),
        ("1:02:03", AtMediaTime(Samples(3_723 * 48_000))),
        ("0:00:03.250", AtMediaTime(Samples(156_000))),
        ("604800samples", AtMediaTime(Samples(604_800))),
        ("r17", AtRevision(17)),
    ],
)
def test_a_moment_is_understood(text: str, moment: When) -> None:
    assert moment_said(text) == moment


@pytest.mark.parametrize(
    "text", ["", "soon", "r0", "r", "17", "1:2:3", "25:00", "12m30", "-3s", "h", "2026-11-24T20:15"]
)
def test_what_is_no_moment_is_refused_with_the_forms(text: str) -> None:
    with pytest.raises(NoSuchMoment, match="12m30s"):
        moment_said(text)


def test_a_day_without_a_time_has_no_offset_and_is_refused() -> None:
    with pytest.raises(NoSuchMoment, match="has no offset"):
        moment_said("2026-11-24")


@given(st.integers(0, 10**9).map(lambda tenths: Samples(tenths * 4_800)))
def test_a_media_time_that_was_shown_can_be_said(mediatime: Samples) -> None:
    assert clock(mediatime).startswith("0:") or mediatime >= 3_600 * 48_000
    if mediatime < 9_999 * 3_600 * 48_000:
        assert moment_said(clock(mediatime)) == AtMediaTime(mediatime)


def test_by_a_time_everything_up_to_it_has_happened() -> None:
    at = milliseconds(FACTS[22].envelope.time)

    assert list(until(AtTime(at), FACTS, None)) == FACTS[:23]
    assert list(until(AtTime(Milliseconds(at - 1)), FACTS, None)) == FACTS[:22]
    assert list(until(AtTime(Milliseconds(BEGIN - 1)), FACTS, None)) == []


def test_a_time_of_day_is_the_last_one_in_the_log() -> None:
    end = milliseconds(FACTS[-1].envelope.time)
    for hour in range(24):
        at = AtClock(hour, 30).before(end).at
        assert end - 25 * 3_600_000 <= at <= end


def test_by_a_media_time_the_room_has_come_so_far() -> None:
    assert list(until(AtMediaTime(Samples(288_000)), FACTS, JAZZ)) == [
        fact for fact in FACTS if fact.envelope.mediatime is not None and fact.envelope.mediatime <= 288_000
    ]


def test_at_a_revision_is_all_that_the_log_had_then() -> None:
    for revision in range(1, 9):
        then = fold(until(AtRevision(revision), FACTS, JAZZ))
        assert then.rooms[JAZZ].revision == revision


def test_a_revision_that_is_not_there_is_refused_with_the_last() -> None:
    with pytest.raises(NoSuchMoment, match="is at r9 at the end of the log, there is no r99"):
        fold(until(AtRevision(99), FACTS, JAZZ))


def test_the_room_may_be_left_unsaid_when_there_is_one() -> None:
    assert list(until(AtRevision(2), FACTS, None)) == list(until(AtRevision(2), FACTS, JAZZ))


def test_of_several_rooms_one_must_be_named() -> None:
    demo = list(read_lines((Path(__file__).parents[2] / "replay" / "demo.jsonl").read_bytes().splitlines()))

    with pytest.raises(NoSuchMoment, match="name it with --room; the log has houseroom0001, jcv3heoqj5bbaiik"):
        list(until(AtRevision(2), demo, None))
