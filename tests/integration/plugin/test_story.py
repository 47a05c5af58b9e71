"""`given(…).when(…).then(…)` holds for what follows and for nothing else, with deciders that know nothing of us."""

from dataclasses import dataclass

import pytest

from libs.events.decider import Decider
from libs.events.testing.story import Story


@dataclass(frozen=True)
class Poured:
    cups: int = 1


class Empty(Exception):
    """No tea is left."""


class Spilt(Empty):
    """Not the same."""


def decide(cups: int, left: int) -> list[Poured]:
    """Pours what is asked for, each time; 0 is nothing."""
    if cups > left:
        raise Empty(f"{left} left, {cups} asked for")
    return [Poured(cups)] if cups else []


def decide_once(cups: int, left: int) -> list[Poured]:
    """Pours only from a full pot."""
    return [Poured(cups)] if left == 4 else []


pot = Story(Decider(decide, lambda left, poured: left - poured.cups, 4))
shy = Story(Decider(decide_once, lambda left, poured: left - poured.cups, 4))


def test_what_follows_is_what_was_decided() -> None:
    assert shy.given().when(3).then(Poured(3)).state == 1
    assert pot.given(Poured()).when(2).then_every_time(Poured(2)).state == 1
    pot.given().when(0).then_nothing()
    pot.given(Poured(3)).when(2).then_refused(Empty, "1 left, 2 asked for")


def test_another_fact_than_expected_is_shown_beside_it() -> None:
    with pytest.raises(AssertionError) as failed:
        pot.given().when(2).then(Poured(1))

    assert str(failed.value).splitlines() == [
        "other facts follow",
        "- Poured(cups=1)",
        "?             ^",
        "+ Poured(cups=2)",
        "?             ^",
    ]


def test_a_command_that_does_more_when_repeated_is_found() -> None:
    with pytest.raises(AssertionError, match=r"asked again, nothing more should follow\n\+ Poured\(cups=1\)"):
        pot.given().when(1).then(Poured(1))


def test_a_fact_where_nothing_should_follow_is_found() -> None:
    with pytest.raises(AssertionError, match=r"nothing should follow\n\+ Poured\(cups=1\)"):
        pot.given().when(1).then_nothing()


def test_a_refusal_that_does_not_come_is_missed() -> None:
    with pytest.raises(AssertionError, match=r"Empty should turn it down\n\+ Poured\(cups=1\)"):
        pot.given().when(1).then_refused(Empty)


def test_a_refusal_in_other_words_is_found() -> None:
    with pytest.raises(AssertionError, match="it should say 'no milk', and says '4 left, 5 asked for'"):
        pot.given().when(5).then_refused(Empty, "no milk")


def test_another_refusal_than_expected_comes_through_even_a_related_one() -> None:
    with pytest.raises(Empty):
        pot.given().when(5).then_refused(Spilt)
    with pytest.raises(Empty):
        pot.given().when(5).then_refused(ValueError)
