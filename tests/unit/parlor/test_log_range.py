"""A span of time as people say it."""

import pytest

from libs.events.envelope import rfc3339
from libs.events.ids import Milliseconds
from parlor.log_pace import speed
from parlor.log_range import Range, moment

NOON = Milliseconds(1_764_000_000_000)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("90s", NOON - 90_000),
        ("15m", NOON - 900_000),
        ("2h", NOON - 7_200_000),
        ("3d", NOON - 259_200_000),
        ("2025-11-24T16:00:00Z", NOON),
        ("2025-11-24T17:00:00.250+01:00", NOON + 250),
    ],
)
def test_a_time_is_a_moment_or_how_long_ago(said: str, meant: int) -> None:
    assert moment(said, NOON) == meant


@pytest.mark.parametrize("said", ["", "2", "h", "-2h", "2025-11-24", "2025-11-24T16:00:00", "24.11.2025"])
def test_what_is_no_time_is_refused_with_the_forms(said: str) -> None:
    with pytest.raises(ValueError, match=r"say a time with its offset"):
        moment(said, NOON)


def test_a_span_has_its_first_moment_and_not_its_last() -> None:
    span = Range(NOON, Milliseconds(NOON + 1_000))
    covered = [span.covers(rfc3339(Milliseconds(NOON + after))) for after in (-1, 0, 999, 1_000)]

    assert covered == [False, True, True, False]
    assert Range().covers(rfc3339(NOON))


def test_a_line_whose_time_cannot_be_read_is_not_left_out() -> None:
    assert Range(NOON, NOON).covers("some time ago")


def test_a_speed_is_a_number_or_max() -> None:
    assert (speed("1"), speed("2.5x"), speed("max")) == (1.0, 2.5, float("inf"))
