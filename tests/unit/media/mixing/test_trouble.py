"""Networks that lose, double, shuffle and delay, and clocks that differ: how much of the sound and how soon.

Packet n is sent at sample n * 960 of the sender's clock; what is heard is taken once a tick of ours.
"""

import random
from collections.abc import Callable, Iterable
from itertools import pairwise

import numpy as np
import pytest

from services.media.mixing.frame import TICK, Float
from services.media.mixing.jitter import CAP
from services.media.mixing.opus import Encoder
from services.media.mixing.rtp import Packet
from tests.unit.media.mixing.sounds import frames, speech
from tests.unit.media.mixing.twins import VOICES, CompiledVoice, Hears, Makes

pytestmark = pytest.mark.slow

SECOND = 50
WORDS = 12 * SECOND
SETTLED = 2 * SECOND


@pytest.fixture(params=list(VOICES))
def makes(request: pytest.FixtureRequest) -> Makes:
    """The oracle's voice and the compiled one."""
    return VOICES[request.param]


@pytest.fixture(scope="module")
def payloads() -> list[bytes]:
    """Somebody who reads aloud, as a browser sends it."""
    encoder = Encoder()
    return [encoder.encode(frame) for frame in frames(speech("austen", WORDS / SECOND))]


def packet(payloads: list[bytes], n: int, sequence: int = 0, timestamp: int = 0) -> Packet:
    """Number n of a sender who began with these numbers."""
    payload = payloads[n % len(payloads)]
    return Packet(111, (sequence + n) % (1 << 16), (timestamp + n * TICK) % (1 << 32), 1, payload)


def hear(voice: Hears, arriving: Iterable[tuple[int, Packet]], ticks: int) -> tuple[Float, list[int]]:
    """All that is heard of packets that arrive at these samples, and how much waits after each tick."""
    coming = iter(sorted(arriving, key=lambda each: each[0]))
    following = next(coming, None)
    heard, depths = np.zeros((ticks, TICK), np.float32), []
    for tick in range(ticks):
        while following is not None and following[0] <= tick * TICK:
            voice.push(following[1], following[0])
            following = next(coming, None)
        frame = voice.take()
        if frame is not None:
            heard[tick] = frame
        depths.append(voice.depth)
    return heard, depths


def decibels(one: Float, other: Float) -> float:
    """How much louder."""
    return float(10 * np.log10(np.square(one).mean() / np.square(other).mean()))


def one_in(percent: int) -> Callable[[int], bool]:
    """Lost by chance."""
    dice = random.Random(percent)  # noqa: S311  # dice of a test
    lost = {n for n in range(WORDS) if dice.random() < percent / 100}
    return lambda n: n in lost


def bursts(length: int) -> Callable[[int], bool]:
    """So many in a row, once a second."""
    return lambda n: n % SECOND < length


@pytest.mark.parametrize(
    ("lost", "least"),
    [
        pytest.param(one_in(5), -0.5, id="5 %"),
        pytest.param(one_in(10), -1.0, id="10 %"),
        pytest.param(one_in(20), -2.0, id="20 %"),
        pytest.param(bursts(2), -1.0, id="bursts of 40 ms"),
        pytest.param(bursts(5), -1.5, id="bursts of 100 ms"),
    ],
)
def test_what_is_lost_costs_little_sound_and_no_delay(
    makes: Makes, payloads: list[bytes], lost: Callable[[int], bool], least: float
) -> None:
    sent = [(n * TICK, packet(payloads, n)) for n in range(WORDS)]
    whole, _ = hear(makes(), sent, WORDS)
    holed, depths = hear(makes(), [each for n, each in enumerate(sent) if not lost(n)], WORDS)
    assert least < decibels(holed, whole) < 0.5
    assert np.abs(holed).max() < 1.3 * np.abs(whole).max()
    assert max(depths) <= 4 * TICK


def test_a_packet_that_comes_twice_changes_nothing(makes: Makes, payloads: list[bytes]) -> None:
    sent = [(n * TICK, packet(payloads, n)) for n in range(WORDS)]
    again = [(at + (n % 4) * TICK, each) for n, (at, each) in enumerate(sent) if n % 3 == 0]
    whole, depths = hear(makes(), sent, WORDS)
    doubled, others = hear(makes(), sent + again, WORDS)
    assert np.array_equal(doubled, whole)
    assert others == depths


def test_neighbours_that_overtake_each_other_are_put_right_after_a_moment(makes: Makes, payloads: list[bytes]) -> None:
    sent = [(n * TICK, packet(payloads, n)) for n in range(WORDS)]
    shuffled = [(at + (TICK if n % 7 == 3 else 0), each) for n, (at, each) in enumerate(sent)]
    whole, _ = hear(makes(), sent, WORDS)
    mixed, depths = hear(makes(), shuffled, WORDS)
    differ = [np.abs(mixed[SETTLED + late :] - whole[SETTLED : WORDS - late]).max(axis=1) > 0.01 for late in range(3)]
    assert min(each.mean() for each in differ) < 0.01
    assert max(depths) <= 3 * TICK


def test_what_is_overtaken_by_two_costs_no_more_than_its_own_loss(makes: Makes, payloads: list[bytes]) -> None:
    sent = [(n * TICK, packet(payloads, n)) for n in range(WORDS)]
    shuffled = [(at + (2 * TICK if n % 7 == 3 else 0), each) for n, (at, each) in enumerate(sent)]
    whole, _ = hear(makes(), sent, WORDS)
    mixed, depths = hear(makes(), shuffled, WORDS)
    assert -2.0 < decibels(mixed, whole) < 0.5
    assert max(depths) <= 5 * TICK


def test_loss_and_jitter_deepen_the_buffer_and_five_seconds_later_it_is_as_before(
    makes: Makes, payloads: list[bytes]
) -> None:
    dice = random.Random(30)  # noqa: S311  # dice of a test
    trouble = range(2 * SECOND, 7 * SECOND)
    sent = [
        (n * TICK + (dice.randrange(30 * 48) if n in trouble else 0), packet(payloads, n))
        for n in range(WORDS)
        if n not in trouble or dice.random() > 0.05
    ]
    heard, depths = hear(makes(), sent, WORDS)
    assert max(depths) <= CAP
    assert max(depths[trouble.stop :]) <= 5 * TICK
    assert max(depths[trouble.stop + 4 * SECOND :]) <= 2 * TICK
    assert np.square(heard[trouble.start : trouble.stop]).mean() > 0


@pytest.mark.parametrize("ppm", [-200, 200])
def test_ten_minutes_of_a_clock_that_is_off_cost_no_delay_and_no_sound(payloads: list[bytes], ppm: int) -> None:
    ticks = 10 * 60 * SECOND
    sent = ((round(n * TICK / (1 + ppm / 1e6)), packet(payloads, n)) for n in range(ticks + 10))
    heard, depths = hear(CompiledVoice(), sent, ticks)
    assert max(depths[SETTLED:]) <= 3 * TICK
    rounds = [heard[at : at + WORDS] for at in range(SETTLED, len(heard) - WORDS, WORDS)]
    assert all(abs(decibels(each, rounds[0])) < 1.0 for each in rounds)


SEQUENCES = (0, 32_700, 65_300, 65_535)
TIMESTAMPS = (0, (1 << 31) - 100 * TICK, (1 << 32) - 100 * TICK, (1 << 32) - 1)


def test_where_numbers_begin_and_wrap_is_not_heard(makes: Makes, payloads: list[bytes]) -> None:
    ticks = 8 * SECOND
    dice = random.Random(16)  # noqa: S311  # dice of a test
    plan = [(n * TICK + dice.randrange(2 * TICK), n) for n in range(ticks) if dice.random() > 0.03]
    runs = [
        hear(makes(), [(at, packet(payloads, n, sequence, timestamp)) for at, n in plan], ticks)
        for sequence, timestamp in zip(SEQUENCES, TIMESTAMPS, strict=True)
    ]
    for (one, depths), (other, others) in pairwise(runs):
        assert np.array_equal(one, other)
        assert depths == others
