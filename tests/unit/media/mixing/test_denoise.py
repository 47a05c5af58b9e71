"""Noise suppression: what it takes away, what it leaves, how late it is, and that it is switched without a click."""

import numpy as np
import pytest
from numpy.typing import NDArray

from services.media.mixing.denoise import Denoiser
from services.media.mixing.frame import SILENCE, TICK, Float
from services.media.mixing.level import dbfs
from tests.unit.media.mixing.sounds import frames, speech, tone

NOISE = np.random.default_rng(5)
LEARNT = 100
"""Ticks in which it gets to know the noise."""


def cleaned(sound: Float, switched: dict[int, bool] | None = None) -> Float:
    """What comes out, tick for tick; it is switched before those ticks."""
    denoiser = Denoiser()
    out = []
    for n, frame in enumerate(frames(sound)):
        if n in (switched or {0: True}):
            denoiser.want((switched or {0: True})[n])
        made = denoiser.clean(frame)
        out.append(SILENCE if made is None else made)
    return np.concatenate(out)


def mean(levels: Float, which: NDArray[np.bool_]) -> float:
    """Of the power in these ticks, in dBFS."""
    return float(10 * np.log10(np.mean(10 ** (levels[which] / 10))))


def levels(sound: Float) -> Float:
    return np.array([dbfs(frame) for frame in frames(sound)])


@pytest.mark.parametrize("name", ["allison", "june", "carlo", "austen"])
def test_noise_in_pauses_goes_down_by_ten_decibels_and_speech_stays(name: str) -> None:
    voice = speech(name, 20.0)
    alone = levels(voice)
    late = np.arange(len(alone) - 1) > LEARNT
    talk, pause = late & (alone[:-1] > -35), late & (alone[:-1] < -55)
    assert pause.sum() > 50
    strength = 10 ** ((mean(alone[:-1], talk) - 15) / 20)
    noisy = (voice + strength * NOISE.standard_normal(len(voice))).astype(np.float32)
    before, after = levels(noisy)[:-1], levels(cleaned(noisy))[1:]  # a tick later
    assert mean(after, pause) < mean(before, pause) - 10
    assert mean(after, talk) == pytest.approx(mean(alone[:-1], talk), abs=2)


def test_what_goes_in_comes_out_twenty_milliseconds_later() -> None:
    clicks = np.zeros(40 * TICK, np.float32)
    clicks[10 * TICK + 100] = clicks[25 * TICK + 700] = 0.9
    heard = np.abs(cleaned(clicks))
    assert int(heard[: 20 * TICK].argmax()) == 11 * TICK + 100
    assert int(heard[20 * TICK :].argmax()) == 6 * TICK + 700
    assert heard.max() > 0.5


def test_what_it_was_given_last_still_comes_out_and_then_there_is_nothing() -> None:
    denoiser = Denoiser()
    denoiser.want(True)
    for frame in frames(tone(300, 0.2)):
        denoiser.clean(frame)
    last = denoiser.clean(None)
    assert last is not None
    assert dbfs(last) > -30
    leaked = denoiser.clean(None)
    assert leaked is not None
    assert dbfs(leaked) < -50
    assert denoiser.clean(None) is None


def test_while_it_is_off_the_very_frame_passes() -> None:
    denoiser = Denoiser()
    frame = tone(300, 0.02)
    assert denoiser.clean(frame) is frame
    assert denoiser.clean(None) is None


def test_it_is_switched_on_and_off_without_a_click() -> None:
    sound = tone(200, 2.0)
    heard = cleaned(sound, {30: True, 60: False})
    steps = np.abs(np.diff(heard))
    assert steps.max() < 2 * np.abs(np.diff(sound)).max()
    assert np.array_equal(heard[: 30 * TICK], sound[: 30 * TICK])
    assert np.array_equal(heard[62 * TICK :], sound[62 * TICK :])


def test_nothing_of_before_is_heard_when_it_is_switched_on_again() -> None:
    sound = tone(200, 2.0)
    sound[35 * TICK :] = 0.0
    heard = cleaned(sound, {0: True, 30: False, 50: True})
    assert np.abs(heard[36 * TICK :]).max() < 1e-4
