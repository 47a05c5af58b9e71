"""The limiter: nothing over the ceiling, nothing changed below it, the same every time."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.media.mixing.frame import TICK, Float
from services.media.mixing.limiter import CEILING, DELAY, Limiter
from services.media.mixing.peak import BEFORE, BLOCK, FILTERS, HALF, REACH, peaks
from tests.unit.media.mixing.sounds import frames, tone

ROUNDING = 1e-6


def limited(sound: Float) -> Float:
    limiter = Limiter()
    return np.concatenate([limiter.limit(frame) for frame in frames(sound)])


def noise(seed: int, ticks: int, scale: float, below: float = 20_000) -> Float:
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(ticks * TICK))
    spectrum[np.fft.rfftfreq(ticks * TICK, 1 / 48_000) > below] = 0
    return (np.fft.irfft(spectrum) * scale).astype(np.float32)


def true_peak(sound: Float) -> float:
    """dBTP, eight times oversampled."""
    spectrum = np.fft.rfft(sound * np.hanning(len(sound)))
    fine = np.fft.irfft(np.pad(spectrum, (0, 7 * (len(spectrum) - 1))), 8 * len(sound)) * 8
    return float(20 * np.log10(np.abs(fine).max()))


def test_soft_sound_passes_unchanged_and_2_79_ms_late() -> None:
    sound = tone(440, 1.0, peak=0.4)
    assert np.array_equal(limited(sound)[DELAY:], sound[:-DELAY])
    assert DELAY / 48 < 3


def test_the_short_way_and_the_long_way_agree() -> None:
    soft, loud = tone(300, 0.4, peak=0.3), tone(300, 0.1, peak=1.8)
    both = limited(np.concatenate((loud, tone(1, 1.0, peak=0.0), soft)))
    assert np.array_equal(both[-len(soft) + DELAY :], soft[:-DELAY])


def test_a_loud_sine_is_brought_to_the_ceiling_and_keeps_its_form() -> None:
    sound = limited(tone(440, 1.0, peak=2.0))[24_000:]
    assert np.abs(sound).max() <= CEILING + ROUNDING
    assert np.abs(sound).max() > CEILING * 0.98
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound))))
    hum = np.delete(spectrum, np.arange(200, 240))
    assert 20 * np.log10(hum.max() / spectrum.max()) < -40


def test_a_single_full_click_is_caught_before_it_comes_out() -> None:
    sound = np.zeros(TICK * 5, np.float32)
    sound[2000] = 4.0
    assert np.abs(limited(sound)).max() <= CEILING + ROUNDING


def test_what_lies_between_samples_is_seen() -> None:
    # A quarter of the rate, shifted by 45 degrees: each sample is 3 dB below the true peak.
    sound = (1.1 * np.sin(np.arange(96_000) * np.pi / 2 + np.pi / 4)).astype(np.float32)
    assert np.abs(sound).max() < CEILING
    assert true_peak(limited(sound)) < -1.4


@pytest.mark.parametrize("seed", range(4))
def test_noise_up_to_20_khz_stays_below_1_2_dbtp(seed: int) -> None:
    assert true_peak(limited(noise(seed, 100, 1.5))) < -1.2


def test_the_gain_comes_back_within_200_ms() -> None:
    limiter = Limiter()
    for frame in frames(tone(440, 0.2, peak=3.0)):
        limiter.limit(frame)
    assert limiter.gain < 0.4
    for frame in frames(tone(440, 0.2, peak=0.1)):
        limiter.limit(frame)
    assert limiter.gain == 1.0
    assert limiter.at_rest


def test_nothing_behind_a_filter_is_higher_than_its_reach() -> None:
    assert np.abs(FILTERS).sum(axis=1).max() < REACH


def test_peaks_are_those_of_the_four_filters_of_the_recommendation() -> None:
    line = noise(5, 1, 1.0)[: 10 * BLOCK + BEFORE + HALF]
    windows = np.lib.stride_tricks.sliding_window_view(line, 12).astype(np.float64)
    points = np.abs(windows @ np.concatenate((FILTERS, FILTERS[:, ::-1])).T.astype(np.float64)).max(axis=1)
    highest = np.maximum(points, np.abs(line[BEFORE : BEFORE + 10 * BLOCK])).reshape(-1, BLOCK).max(axis=1)
    assert peaks(line) == pytest.approx(highest, rel=1e-6)


def test_two_channels_share_one_gain_so_that_nothing_wanders() -> None:
    loud, soft = noise(6, 20, 1.5), noise(7, 20, 0.05)
    limiter = Limiter(2)
    out = np.concatenate(
        [limiter.limit(np.stack(pair)) for pair in zip(frames(loud), frames(soft), strict=True)], axis=1
    )
    assert np.abs(out[0]).max() <= CEILING + ROUNDING
    there = np.abs(soft[:-DELAY]) > 0.01
    expected = limited(loud)[DELAY:] / loud[:-DELAY]
    assert out[1, DELAY:][there] == pytest.approx((soft[:-DELAY] * expected)[there], rel=1e-3)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.lists(st.floats(0.0, 8.0, width=32), min_size=1, max_size=12))
def test_no_sample_ever_exceeds_the_ceiling(seed: int, scales: list[float]) -> None:
    dice = np.random.default_rng(seed)
    limiter, again = Limiter(), Limiter()
    for scale in scales:
        frame = (dice.standard_normal(TICK) * scale).astype(np.float32)
        out = limiter.limit(frame)
        assert np.abs(out).max() <= CEILING + ROUNDING
        assert np.array_equal(out, again.limit(frame))
