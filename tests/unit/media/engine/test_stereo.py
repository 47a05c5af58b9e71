"""A stereo room: two channels stay apart, voices sit where they are put, and who is on the stage hears the middle."""

from itertools import pairwise

import numpy as np
import pytest

from services.media.engine.desk import Desk
from services.media.engine.kind import Kind
from services.media.mixing.frame import Float
from tests.unit.media.engine.programme import Programme, interleaved, tone
from tests.unit.media.engine.studio import Person, desk, keep_time, until
from tests.unit.media.mixing.sounds import strength

pytestmark = pytest.mark.slow


def concert(made: Desk, *sources: int) -> Programme:
    made.open(0, 3, 48_000, True)
    made.air(0, True)
    for source in sources:
        made.add(0, source, kind=Kind.PCM)
        made.gain(source, 1.0)
    return Programme(made)


def heard(made: Desk, room: Programme, source: int) -> Float:
    """Half a second out of the middle of what is played."""
    until(lambda: 0 < made.waiting(source) < 9_600)
    sound = room.sound
    return sound[:, -28_800:-4_800]


def test_channels_are_kept_apart() -> None:
    with desk() as (made, _):
        room = concert(made, 1)
        made.play(1, interleaved(np.stack((tone(48_000, 440.0), tone(48_000, 1_000.0, peak=0.25)))), 2)
        left, right = heard(made, room, 1)
        assert strength(left, 440.0) == pytest.approx(0.5, abs=0.005)
        assert strength(right, 1_000.0) == pytest.approx(0.25, abs=0.005)
        assert strength(left, 1_000.0) < 1e-4
        assert strength(right, 440.0) < 1e-4


@pytest.mark.parametrize(("place", "left", "right"), [(0.0, 0.5**0.5, 0.5**0.5), (-1.0, 1.0, 0.0), (1.0, 0.0, 1.0)])
def test_a_mono_source_sits_where_it_is_put_with_the_same_power(place: float, left: float, right: float) -> None:
    with desk() as (made, _):
        room = concert(made, 1)
        made.pan(1, place)
        made.play(1, tone(48_000).tobytes(), 1)
        sides = heard(made, room, 1)
        assert [strength(side, 440.0) for side in sides] == pytest.approx([0.5 * left, 0.5 * right], abs=0.005)


def test_who_moves_does_so_without_a_click() -> None:
    with desk() as (made, _):
        room = concert(made, 1)
        made.play(1, tone(48_000).tobytes(), 1)
        for here, place in pairwise((48_000, 40_000, 30_000, 20_000)):
            until(lambda here=here: made.waiting(1) < here)  # type: ignore[misc]  # mypy knows no defaults of a lambda
            made.pan(1, 1.0 if place % 20_000 else -1.0)
        assert np.abs(np.diff(heard(made, room, 1), axis=1)).max() < 0.05


def test_one_gain_limits_both_channels_so_that_nothing_wanders() -> None:
    with desk() as (made, _):
        room = concert(made, 1, 2)
        loud = np.stack((tone(48_000, 440.0, peak=0.9), tone(48_000, 1_000.0, peak=0.2)))
        made.play(1, interleaved(loud), 2)
        made.play(2, interleaved(loud), 2)
        left, right = heard(made, room, 1)
        assert np.abs(left).max() <= 10 ** (-1.5 / 20) + 1e-4
        assert strength(left, 440.0) / strength(right, 1_000.0) == pytest.approx(4.5, abs=0.1)


def test_a_mono_room_hears_the_middle_of_a_stereo_source() -> None:
    with desk() as (made, _):
        made.open(0)
        made.air(0, True)
        made.add(0, 1, kind=Kind.PCM)
        made.gain(1, 1.0)
        room = Programme(made)
        made.play(1, interleaved(np.stack((tone(48_000, 440.0), tone(48_000, 1_000.0)))), 2)
        (sound,) = heard(made, room, 1)
        assert [strength(sound, hertz) for hertz in (440.0, 1_000.0)] == pytest.approx([0.25, 0.25], abs=0.005)


def test_who_is_on_the_stage_hears_the_middle_and_each_other_in_full() -> None:
    with desk() as (made, port):
        concert(made, 9)
        people = [Person(port, 1_000 + n, 700.0 + 200.0 * n) for n in range(2)]
        for n, person in enumerate(people):
            made.add(0, n, person.ssrc, 111, True)
            made.gain(n, 1.0)
            made.pan(n, -1.0)
        made.play(9, interleaved(np.stack((tone(96_000, 440.0, peak=0.2), tone(96_000, 1_500.0, peak=0.2)))), 2)

        def talk() -> None:
            for person in people:
                person.say()
                person.listen()

        keep_time(60, talk)
        sound = people[0].heard()[19_200:]
        expected = {700.0: 0.0, 900.0: 0.2, 440.0: 0.1, 1_500.0: 0.1}
        assert {hertz: round(strength(sound, hertz), 2) for hertz in expected} == pytest.approx(expected, abs=0.02)
