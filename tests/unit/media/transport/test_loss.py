"""When a listener is sent packets that say again what was in the one before."""

from hypothesis import given
from hypothesis import strategies as st

from libs.service.mediaclock import RATE
from services.media.transport.loss import CLEAN, MOST, Loss


def after(reports: list[tuple[float, float]]) -> list[int]:
    """What to reckon with after each report of (seconds, percent lost)."""
    line, found = Loss(0), list[int]()
    for seconds, percent in reports:
        line = line.reported(round(percent * 2.56), round(seconds * RATE))
        found.append(line.percent)
    return found


def test_loss_counts_once_it_has_lasted_some_seconds() -> None:
    assert after([(1, 10), (2, 10), (3, 10), (4, 14)]) == [0, 0, 10, 14]
    assert after([(1, 0), (3, 30), (3.5, 0), (5, 30), (6, 0)]) == [0, 0, 0, 0, 0]


def test_a_report_of_several_seconds_is_enough() -> None:
    assert after([(5, 0), (10, 8)]) == [0, 8]


def test_as_much_as_two_percent_is_no_trouble() -> None:
    assert after([(n, 2) for n in range(1, 20)]) == [0] * 19


def test_all_is_as_before_after_ten_seconds_without_loss() -> None:
    assert after([(5, 8), (10, 0), (14, 0), (15, 0), (20, 8)]) == [8, 8, 8, 0, 8]
    assert after([(5, 8), (12, 0), (14, 3), (16, 0), (23, 0), (24, 1)]) == [8, 8, 8, 8, 8, 0]


def test_the_worst_of_a_bad_time_counts_within_bounds() -> None:
    assert after([(4, 3), (5, 12), (6, 4), (7, 90)]) == [5, 12, 12, MOST]


@given(st.lists(st.tuples(st.floats(0.1, 6), st.floats(0, 100)), max_size=60))
def test_it_never_flaps(steps: list[tuple[float, float]]) -> None:
    line, now, changed = Loss(0), 0, 0
    for on, percent in steps:
        now += round(on * RATE)
        before, line = line, line.reported(round(percent * 2.56), now)
        if before.percent and not line.percent:
            assert now - changed >= CLEAN
        if bool(before.percent) != bool(line.percent):
            changed = now
