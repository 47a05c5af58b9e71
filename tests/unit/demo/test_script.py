"""Who talks when."""

from itertools import pairwise

import numpy as np
import pytest

from parlor.demo.gaps import silences
from parlor.demo.script import OVERLAP, led_in, monologue, phrases, talk
from parlor.demo.sound import RATE
from tests.unit.demo.conftest import SPEECH, load

pytestmark = pytest.mark.slow

LONG = 30.0


def test_speakers_take_turns_and_begin_a_little_before_the_other_ends() -> None:
    parts = talk([load(SPEECH / "allison.opus"), load(SPEECH / "austen.opus")], LONG)
    turns = sorted((turn for part in parts for turn in part.turns), key=lambda turn: turn.begin)

    assert [turn.speaker for turn in turns[:4]] == [0, 1, 0, 1]
    for before, after in pairwise(turns):
        assert after.begin == pytest.approx(before.end - OVERLAP)


def test_what_is_sent_is_never_silent() -> None:
    recording = load(SPEECH / "carlo.opus")
    for part in (*talk([recording, recording], LONG), monologue(recording, LONG, 7)):
        assert not [gap for gap in silences(part.sound) if gap.length > 0.01]


def test_each_lasts_as_long_as_was_asked_for() -> None:
    part = monologue(load(SPEECH / "june.opus"), LONG, 1)

    assert len(part.sound) == LONG * RATE
    assert part.sound.dtype == np.float32


def test_a_lead_in_is_talk_from_the_first_moment_and_leaves_the_rest_as_it_is() -> None:
    part = talk([load(SPEECH / "allison.opus"), load(SPEECH / "austen.opus")], LONG)[0]
    longer = led_in(part, load(SPEECH / "allison.opus"), 4.0)

    assert np.array_equal(longer.sound[4 * RATE :], part.sound)
    assert [turn.begin - 4.0 for turn in longer.turns] == pytest.approx([turn.begin for turn in part.turns])
    for second in range(4):
        assert np.abs(longer.sound[second * RATE : (second + 1) * RATE]).max() > 0.05


@pytest.mark.parametrize("name", ["allison", "austen", "carlo", "june"])
def test_every_recording_has_several_phrases(name: str) -> None:
    assert len(phrases(load(SPEECH / f"{name}.opus"))) >= 4
