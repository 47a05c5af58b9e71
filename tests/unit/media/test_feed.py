"""A stream between two clocks: in one piece, at a steady depth, whatever the encoder does."""

import numpy as np
import pytest

from services.media.feed import CAP, Feed
from services.media.mixing.frame import TICK, Float
from services.media.mixing.varispeed import Varispeed
from services.media.track import Track

MINUTES_10 = 30_000


def tone(begin: int, samples: int, hertz: int = 440) -> Float:
    when = (np.arange(begin, begin + samples) / 48_000).astype(np.float64)
    line = (0.5 * np.sin(2 * np.pi * hertz * when)).astype(np.float32)
    return np.stack((line, line))


def play(feed: Feed, ticks: int, drift: float, burst: int) -> tuple[list[Float | None], list[int]]:
    """What is taken, and how much lay there, while an encoder whose clock is off sends so many samples at a time."""
    taken: list[Float | None] = []
    depths = []
    sent = 0
    for tick in range(ticks):
        due = int(tick * TICK * (1 + drift))
        while sent + burst <= due:
            feed.push(tone(sent, burst))
            sent += burst
        taken.append(feed.take())
        depths.append(feed.depth)
    return taken, depths


@pytest.mark.slow
@pytest.mark.parametrize(("drift", "burst"), [(-200e-6, 4_608), (200e-6, 4_608), (200e-6, 48_000)])
def test_for_ten_minutes_with_a_clock_that_is_off_nothing_is_missing_and_the_delay_stays(
    drift: float, burst: int
) -> None:
    feed = Feed()
    taken, depths = play(feed, MINUTES_10, drift, burst)
    begun = next(at for at, frame in enumerate(taken) if frame is not None)
    assert begun * TICK <= burst + 12_000
    assert all(frame is not None for frame in taken[begun:])
    late = depths[MINUTES_10 // 2 :]
    assert max(late) <= burst + 9_600 + 4_800
    assert min(late) >= 9_600 - 4_800
    assert feed.tally.lost == 0
    last = np.concatenate([frame for frame in taken[-50:] if frame is not None])
    spectrum = np.abs(np.fft.rfft(last * np.hanning(len(last)))) ** 2
    assert spectrum[438:443].sum() / spectrum.sum() > 0.9999


def test_a_hole_is_faded_into_and_out_of_and_makes_the_margin_deeper() -> None:
    feed = Feed()
    feed.push(tone(0, 24_000))
    first = [frame for frame in (feed.take() for _ in range(60)) if frame is not None]
    assert len(first) == 25
    assert abs(first[-1][-1]) < 1e-6
    assert feed.tally.lost == 1
    feed.push(tone(24_000, 24_000))
    again = [feed.take() for _ in range(40)]
    waited = next(at for at, frame in enumerate(again) if frame is not None)
    assert waited == 15
    jumps = np.abs(np.diff(np.concatenate([np.zeros(1, np.float32), *[each for each in again if each is not None]])))
    assert jumps.max() < 0.05


def test_who_sends_too_fast_is_told_to_wait_and_plays_at_our_speed() -> None:
    feed = Feed()
    sent = 0
    for _ in range(2_000):
        while not feed.full:
            feed.push(tone(sent, 1_152))
            sent += 1_152
        feed.take()
        assert feed.depth <= (CAP + 2) * TICK
    assert feed.ratio == 1.0


def test_a_title_begins_with_the_sound_that_came_after_it_and_only_when_it_is_new() -> None:
    feed = Feed()
    feed.push(tone(0, 9_600))
    feed.title(Track("Harbour", "The Boats"))
    feed.title(Track(""))
    feed.push(tone(9_600, 9_600))
    feed.title(Track("Harbour", "The Boats"))
    feed.push(tone(19_200, 9_600))
    feed.finish()
    began = []
    while not feed.over:
        feed.take()
        began.append(feed.began())
    assert [track for track in began if track] == [Track("Harbour", "The Boats")]
    assert began.index(Track("Harbour", "The Boats")) == 10


@pytest.mark.parametrize("sound", [np.full((2, 4_800), np.nan, np.float32), np.full((2, 4_800), np.inf, np.float32)])
def test_what_is_no_number_is_not_heard(sound: Float) -> None:
    feed = Feed()
    feed.push(sound)
    feed.finish()
    assert all(frame is None or np.isfinite(frame).all() for frame in (feed.take() for _ in range(10)))


@pytest.mark.parametrize(("hertz", "below"), [(1_000, -85), (10_000, -80), (18_000, -70)])
def test_another_speed_leaves_the_sound_as_it_was(hertz: int, below: float) -> None:
    ratio, speed = 1.0005, Varispeed(2)
    made = np.concatenate([speed.turn(tone(at, 1_000, hertz), ratio) for at in range(0, 48_000, 1_000)], axis=1)[0]
    expected = 0.5 * np.sin(2 * np.pi * hertz * (np.arange(len(made)) * ratio - 16) / 48_000)
    assert 20 * np.log10(np.abs(made - expected)[100:-100].max()) < below
    assert len(made) == pytest.approx(48_000 / ratio, abs=2)
