"""A stream between two clocks, played into a desk: in one piece, at a steady depth, whatever the encoder does."""

import numpy as np
import pytest

from services.media.desk_feed import CAP, DeskFeed
from services.media.mixing.feed import Feed as Ring
from services.media.mixing.frame import TICK, Float
from services.media.track import Track

pytestmark = pytest.mark.slow

SECONDS_90 = 4_500
"""At 400 ppm as far apart as after three minutes at 200."""


class Desk:
    """The NumPy twin of a desk's PCM source, ticked by the test."""

    def __init__(self) -> None:
        self.ring = Ring()

    def play(self, source: int, sound: bytes, channels: int) -> int:
        assert source == 7
        return self.ring.play(np.frombuffer(sound, np.float32).reshape(-1, channels).T)

    def waiting(self, source: int) -> int:
        assert source == 7
        return self.ring.waiting

    def take(self) -> Float:
        """Both channels as one."""
        frame = self.ring.take()
        return np.zeros(TICK, np.float32) if frame is None else frame.reshape(-1, TICK).mean(axis=0)


def plugged() -> tuple[DeskFeed, Desk]:
    feed, desk = DeskFeed(), Desk()
    feed.plug(desk, 7)
    return feed, desk


def tone(begin: int, samples: int, hertz: int = 440) -> Float:
    when = (np.arange(begin, begin + samples) / 48_000).astype(np.float64)
    line = (0.5 * np.sin(2 * np.pi * hertz * when)).astype(np.float32)
    return np.stack((line, line))


@pytest.mark.slow
@pytest.mark.parametrize(("drift", "burst"), [(-400e-6, 4_608), (400e-6, 4_608), (400e-6, 48_000)])
def test_a_clock_that_is_off_is_followed_nothing_is_missing_and_the_delay_stays(drift: float, burst: int) -> None:
    feed, desk = plugged()
    sent, taken, depths = 0, [], []
    for tick in range(SECONDS_90):
        while sent + burst <= int(tick * TICK * (1 + drift)):
            feed.push(tone(sent, burst))
            sent += burst
        taken.append(desk.take())
        depths.append(feed.depth)
    begun = next(at for at, frame in enumerate(taken) if np.abs(frame).max() > 0.3)
    assert begun * TICK <= burst + 12_000
    assert all(np.abs(frame).max() > 0.3 for frame in taken[begun:])
    late = depths[SECONDS_90 // 2 :]
    assert max(late) <= burst + 9_600 + 4_800
    assert min(late) >= 9_600 - 4_800
    assert desk.ring.holes == 0
    last = np.concatenate(taken[-50:])
    spectrum = np.abs(np.fft.rfft(last * np.hanning(len(last)))) ** 2
    assert spectrum[438:443].sum() / spectrum.sum() > 0.9999


def test_a_hole_is_faded_into_and_out_of_and_makes_the_margin_deeper() -> None:
    feed, desk = plugged()
    feed.push(tone(0, 24_000))
    first = np.concatenate([desk.take() for _ in range(60)])
    assert desk.ring.holes == 1
    feed.push(tone(24_000, 24_000))
    again = np.concatenate([desk.take() for _ in range(60)])
    assert np.flatnonzero(np.abs(first) > 1e-3)[0] == pytest.approx(10 * TICK, abs=80)
    assert np.flatnonzero(np.abs(again) > 1e-3)[0] == pytest.approx(15 * TICK, abs=80)
    assert np.abs(np.diff(np.concatenate((first, again)))).max() < 0.05


def test_who_sends_too_fast_is_told_to_wait_and_plays_at_our_speed() -> None:
    feed, desk = plugged()
    sent = 0
    for _ in range(2_000):
        while not feed.full:
            feed.push(tone(sent, 1_152))
            sent += 1_152
        desk.take()
        assert feed.depth <= (CAP + 2) * TICK
    assert feed.ratio == 1.0


def test_what_the_desk_has_no_room_for_waits_and_is_heard_too() -> None:
    feed, desk = plugged()
    feed.push(tone(0, 240_000))
    feed.finish()
    heard = []
    while not feed.over:
        heard.append(desk.take())
        feed.tend()
    assert (np.abs(np.concatenate(heard)) > 1e-4).sum() == pytest.approx(240_000, abs=1_500)
    assert desk.ring.holes == 0


def test_a_title_begins_with_the_sound_that_came_after_it_and_only_when_it_is_new() -> None:
    feed, desk = plugged()
    feed.push(tone(0, 9_600))
    feed.title(Track("Harbour", "The Boats"))
    feed.title(Track(""))
    feed.push(tone(9_600, 9_600))
    feed.title(Track("Harbour", "The Boats"))
    feed.push(tone(19_200, 9_600))
    feed.finish()
    began = []
    while not feed.over:
        desk.take()
        began.append(feed.began())
    assert [track for track in began if track] == [Track("Harbour", "The Boats")]
    assert began.index(Track("Harbour", "The Boats")) == pytest.approx(20, abs=1)


@pytest.mark.parametrize("sound", [np.full((2, 4_800), np.nan, np.float32), np.full((2, 4_800), np.inf, np.float32)])
def test_what_is_no_number_is_not_heard(sound: Float) -> None:
    feed, desk = plugged()
    feed.push(sound)
    feed.finish()
    assert not any(desk.take().any() for _ in range(30))
