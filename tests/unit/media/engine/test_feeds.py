"""Sources that a thread of ours plays: in one piece, faded where they run dry, and as their NumPy twin would be."""

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.media.engine import playing
from services.media.engine.desk import Desk
from services.media.engine.kind import Kind
from services.media.engine.told import Fact
from services.media.mixing.feed import DEEP, Feed
from services.media.mixing.frame import TICK
from tests.unit.media.engine.programme import Programme, interleaved, tone
from tests.unit.media.engine.studio import desk, until
from tests.unit.media.mixing.sounds import strength

pytestmark = pytest.mark.slow


def pause(made: Desk) -> None:
    begun = made.counts()["tick"]
    until(lambda: made.counts()["tick"] > begun + 8)


def opened(made: Desk) -> Programme:
    made.open(0)
    made.air(0, True)
    made.add(0, 7, kind=Kind.PCM)
    made.gain(7, 1.0)
    return Programme(made)


def test_what_is_played_is_heard_in_one_piece_and_told_of() -> None:
    with desk() as (made, _):
        room = opened(made)
        for at in range(0, 48_000, 1_500):
            assert made.play(7, tone(1_500, begin=at).tobytes(), 1) == 1_500
        until(lambda: 0 < made.waiting(7) < 9_600)
        sound = room.sound[0]
        begun = int(np.flatnonzero(np.abs(sound) > 1e-3)[0])
        assert strength(sound[begun + 960 : begun + 33_600], 440.0) == pytest.approx(0.5, abs=0.01)
        assert np.abs(np.diff(sound)).max() < 0.04
        assert room.facts() == [Fact.CONNECTED, Fact.TALKING]
        assert room.lost() == 0


def test_a_source_that_runs_dry_fades_counts_one_hole_and_fades_in_again() -> None:
    with desk() as (made, _):
        room = opened(made)
        for n in range(2):
            made.play(7, tone(4_900, begin=n * 4_900).tobytes(), 1)
            until(lambda: made.waiting(7) < TICK)
            pause(made)
        until(lambda: room.lost() == 2)
        sound = room.sound[0]
        assert np.abs(np.diff(sound)).max() < 0.04
        assert np.abs(sound[-1]) == 0.0
        assert np.abs(sound).max() > 0.4


def test_a_source_that_says_it_was_all_is_heard_to_its_end_without_a_hole() -> None:
    with desk() as (made, _):
        room = opened(made)
        made.play(7, tone(4_000).tobytes(), 1)
        made.play(7, b"", 1)
        until(lambda: made.waiting(7) == 0)
        pause(made)
        assert room.lost() == 0
        loud = np.flatnonzero(np.abs(room.sound[0]) > 1e-3)
        assert 3_500 < loud[-1] - loud[0] < 4_000


def test_a_silent_source_keeps_its_place_and_one_that_is_removed_takes_nothing_more() -> None:
    with desk() as (made, _):
        room = opened(made)
        with pytest.raises(ValueError, match="not GONE"):
            made.add(0, 7, kind=Kind.PCM)
        made.play(7, tone(2 * TICK).tobytes(), 1)
        until(lambda: room.facts() == [Fact.CONNECTED])
        made.remove(7)
        until(lambda: room.facts() == [Fact.CONNECTED, Fact.GONE])
        assert made.play(7, tone(TICK).tobytes(), 1) == 0
        assert made.waiting(7) == 0
        made.add(0, 7, kind=Kind.PCM)
        assert made.play(7, tone(TICK).tobytes(), 1) == TICK


def test_a_source_of_a_room_that_is_not_there_is_gone_at_once() -> None:
    with desk() as (made, _):
        made.add(3, 7, kind=Kind.PCM)
        until(lambda: [(each.fact, each.source) for each in made.read()] == [(Fact.GONE, 7)])


def test_a_ring_takes_what_there_is_room_for() -> None:
    with desk() as (made, _):
        made.stop()
        made.add(0, 7, kind=Kind.PCM)
        assert made.play(7, bytes(8 * 100_000), 2) == 100_000
        assert made.play(7, bytes(8 * 100_000), 2) == DEEP - 100_000
        assert made.waiting(7) == DEEP
        with pytest.raises(ValueError, match="3 channels"):
            made.play(7, bytes(12), 3)


def test_a_fader_moves_as_slowly_as_it_is_told() -> None:
    with desk() as (made, _):
        room = opened(made)
        made.play(7, np.full(96_000, 0.5, np.float32).tobytes(), 1)
        until(lambda: made.waiting(7) < 76_800)
        made.gain(7, 0.0, 24_000)
        until(lambda: made.waiting(7) < 38_400)
        sound = room.sound[0]
        falling = np.flatnonzero((sound < 0.45) & (sound > 0.05) & (np.arange(len(sound)) > 15_000))
        assert falling[-1] - falling[0] == pytest.approx(0.8 * 24_000, abs=100)


@given(st.integers(0, 10_000))
def test_feeds_say_the_same_however_they_are_played(seed: int) -> None:
    chance, noise = random.Random(seed), np.random.default_rng(seed)  # noqa: S311  # dice of a test
    one, two = Feed(), playing.Feed()
    usual = chance.choice((1, 2))
    for _ in range(120):
        if chance.random() < 0.4:
            channels = usual if chance.random() < 0.9 else 3 - usual
            many = chance.choice((0, 1, 441, TICK, 1_152, 4_608, 48_000))
            sound = noise.uniform(-1.5, 1.5, (channels, many)).astype(np.float32)
            if chance.random() < 0.02:
                sound[:, many // 2 :] = np.nan
            assert two.play(interleaved(sound), channels) == one.play(sound)
        frame, twin = one.take(), two.take()
        assert (frame.tobytes() if frame is not None else None) == twin
        assert (two.level, two.holes, two.begun, two.waiting) == (one.level, one.holes, one.begun, one.waiting)
