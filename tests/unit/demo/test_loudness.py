"""Against the reference signals of EBU Tech 3341 (one channel) and ITU-R BS.1770."""

import numpy as np
import pytest

from parlor.demo.loudness import integrated, measure
from parlor.demo.sound import RATE, SILENT, Sound


def sine(hertz: float, amplitude: float, seconds: float) -> Sound:
    return np.asarray(amplitude * np.sin(2 * np.pi * hertz * np.arange(round(seconds * RATE)) / RATE), np.float32)


def test_a_full_scale_sine_of_997_hz_in_one_channel_is_minus_3_lufs() -> None:
    assert integrated(sine(997, 1.0, 5)) == pytest.approx(-3.01, abs=0.05)


def test_20_db_less_is_20_lu_less() -> None:
    assert integrated(sine(997, 0.1, 5)) == pytest.approx(-23.01, abs=0.05)


def test_pauses_are_gated_out() -> None:
    with_pause = np.concatenate((sine(997, 0.1, 5), np.zeros(5 * RATE, np.float32)))

    assert integrated(with_pause) == pytest.approx(-23.0, abs=0.3)


def test_low_notes_count_less() -> None:
    assert integrated(sine(40, 0.1, 5)) < integrated(sine(997, 0.1, 5)) - 5


def test_silence_and_nothing_are_silent() -> None:
    assert integrated(np.zeros(5 * RATE, np.float32)) == SILENT
    assert measure(np.zeros(0, np.float32)).peak == SILENT


def test_the_highest_sample_is_named_with_its_place() -> None:
    sound = sine(997, 0.1, 2)
    sound[RATE] = -0.5
    found = measure(sound)

    assert found.peak == pytest.approx(-6.02, abs=0.01)
    assert found.loudest == pytest.approx(1.0)
