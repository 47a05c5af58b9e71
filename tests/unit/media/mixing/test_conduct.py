"""Whoever sends what no encoder in order sends is named, once a minute; whoever has a bad network is not."""

import random
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Protocol

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.media.engine.witness import FAULTS, Witness
from services.media.mixing.conduct import Conduct, Fault
from services.media.mixing.frame import TICK

SECOND = 50
Sent = list[tuple[int, int, bool]]


class Judges(Protocol):
    """The oracle's and the compiled one."""

    def packet(self, sequence: int, timestamp: int, /, *, dtx: bool) -> None:
        """One came."""

    def strange(self) -> None:
        """One with another SSRC."""

    def tick(self, level: float, /) -> str | None:
        """A tick."""


@pytest.fixture(params=[Conduct, Witness], ids=["oracle", "compiled"])
def makes(request: pytest.FixtureRequest) -> Callable[[], Judges]:
    """Both."""
    found: Callable[[], Judges] = request.param
    return found


def in_order(n: int) -> Sent:
    """Packet n of an encoder in order."""
    return [((65_000 + n) % 65_536, (0xFFFF0000 + n * TICK) % (1 << 32), False)]


def told(conduct: Judges, plan: Callable[[int], Sent], seconds: int, level: float = -25.0) -> list[tuple[int, str]]:
    """(second, what) of all that is told."""
    found = []
    for n in range(seconds * SECOND):
        for sequence, timestamp, dtx in plan(n):
            conduct.packet(sequence, timestamp, dtx=dtx)
        fault = conduct.tick(level)
        if fault is not None:
            found.append((n // SECOND, str(fault)))
    return found


def test_an_encoder_in_order_is_not_named_over_wraps_loss_and_reorder(makes: Callable[[], Judges]) -> None:
    dice = random.Random(5)  # noqa: S311  # dice of a test

    def rough(n: int) -> Sent:
        return [] if dice.random() < 0.2 else in_order(n) + in_order(max(0, n - dice.randrange(9)))

    assert told(makes(), in_order, 120) == []
    assert told(makes(), rough, 120) == []
    assert told(makes(), lambda n: in_order(n + (20_000 if n > 999 else 0)), 60) == []


WILD: dict[Fault, Callable[[int], Sent]] = {
    Fault.FLOODS: lambda n: in_order(n) * 100,
    Fault.SEQUENCE: lambda n: in_order(n + (n // 25) * 20_000),
    Fault.TIMESTAMPS: lambda n: [(n % 65_536, (10_000_000 - n * TICK) % (1 << 32), False)],
    Fault.DTX: lambda n: [(n % 65_536, n * TICK, True)],
}


@pytest.mark.parametrize("fault", WILD)
def test_a_wild_one_is_named_and_then_not_for_a_minute(makes: Callable[[], Judges], fault: Fault) -> None:
    found = told(makes(), WILD[fault], 150)
    assert {what for _, what in found} == {fault.value}
    assert len(found) == 3 - (fault is Fault.DTX)
    assert all(later - earlier >= 60 for (earlier, _), (later, _) in pairwise(found))
    assert found[0][0] < 10 or fault is Fault.DTX


def test_full_scale_without_a_pause_and_a_second_ssrc_are_named(makes: Callable[[], Judges]) -> None:
    assert told(makes(), in_order, 12, level=-4.8) == [(9, "full-scale")]
    conduct = makes()

    def two(n: int) -> Sent:
        conduct.strange()
        return in_order(n)

    assert told(conduct, two, 12) == [(9, "ssrc-changes")]


def test_who_has_said_a_word_may_be_silent_for_as_long_as_they_like(makes: Callable[[], Judges]) -> None:
    assert told(makes(), lambda n: [(n % 65_536, n * TICK, n > 0)], 180) == []


def test_both_have_the_same_words() -> None:
    assert FAULTS[1:] == tuple(Fault)


@given(st.integers(0, 10_000))
def test_both_judge_alike(seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311  # dice of a test
    one, two = Conduct(), Witness()
    wild = dice.choice((0.0, 0.01, 0.3))

    def packets(turn: int) -> Iterator[tuple[int, int, bool]]:
        for _ in range(dice.choice((0, 1, 1, 1, 2, 40))):
            n = dice.randrange(1 << 32) if dice.random() < wild else turn
            yield n % 65_536, n * TICK % (1 << 32), dice.random() < 0.5

    for turn in range(1_100):
        for sequence, timestamp, dtx in packets(turn):
            one.packet(sequence, timestamp, dtx=dtx)
            two.packet(sequence, timestamp, dtx)
        if dice.random() < wild:
            one.strange()
            two.strange()
        level = dice.uniform(-30.0, 0.0)
        assert one.tick(level) == two.tick(level)
