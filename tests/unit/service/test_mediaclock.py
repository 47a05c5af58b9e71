"""Media time as seen by who is not the mixer."""

from hypothesis import given
from hypothesis import strategies as st

from libs.events.ids import RoomId, Samples
from libs.service.mediaclock import RATE, MediaClock

JAZZ = RoomId("jazzjazzjazz")


def test_nothing_is_known_of_a_room_that_was_not_heard_of() -> None:
    assert MediaClock().at(JAZZ, 5.0) is None


def test_before_the_first_beacon_time_runs_since_the_opening() -> None:
    clock = MediaClock()
    clock.opened(JAZZ, 100.0)
    clock.opened(JAZZ, 101.0)

    assert clock.at(JAZZ, 102.5) == 2.5 * RATE


def test_a_beacon_corrects_and_time_runs_on_from_it() -> None:
    clock = MediaClock()
    clock.opened(JAZZ, 100.0)
    clock.beacon(JAZZ, 1, Samples(10 * RATE), 101.0)

    assert clock.at(JAZZ, 101.5) == 10.5 * RATE


def test_a_mixer_that_lost_the_room_is_not_believed() -> None:
    clock = MediaClock()
    clock.beacon(JAZZ, 2, Samples(10 * RATE), 100.0)
    clock.beacon(JAZZ, 1, Samples(90 * RATE), 100.0)

    assert clock.at(JAZZ, 100.0) == 10 * RATE


def test_when_a_beacon_says_less_time_stands_still_until_it_is_reached() -> None:
    clock = MediaClock()
    clock.beacon(JAZZ, 1, Samples(10 * RATE), 100.0)
    assert clock.at(JAZZ, 102.0) == 12 * RATE
    clock.beacon(JAZZ, 2, Samples(11 * RATE), 102.0)

    assert clock.at(JAZZ, 102.5) == 12 * RATE
    assert clock.at(JAZZ, 104.0) == 13 * RATE


def test_an_ended_room_is_forgotten() -> None:
    clock = MediaClock()
    clock.opened(JAZZ, 0.0)
    clock.ended(JAZZ)

    assert clock.at(JAZZ, 1.0) is None


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 10**9), st.floats(0, 1e5)), max_size=30))
def test_whatever_mixers_say_time_never_goes_back(beacons: list[tuple[int, int, float]]) -> None:
    clock, said = MediaClock(), -1
    for epoch, mediatime, now in beacons:
        clock.beacon(JAZZ, epoch, Samples(mediatime), now)
        told = clock.at(JAZZ, now)
        assert told is not None
        assert told >= said
        said = told
