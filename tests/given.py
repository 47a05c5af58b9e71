"""`given(facts).when(command).then(facts)` for any decider: rules are tested through facts in and facts out."""

from functools import reduce
from typing import Generic, TypeVar

import pytest

from libs.events.decider import Decider
from libs.events.refusal import Refusal

C = TypeVar("C")
S = TypeVar("S")
E = TypeVar("E")


class Story(Generic[C, S, E]):
    """What is known before anything was asked."""

    def __init__(self, decider: Decider[C, S, E]) -> None:
        self._decider = decider

    def given(self, *facts: E) -> "Given[C, S, E]":
        """These facts have happened, in this order."""
        return Given(self._decider, reduce(self._decider.evolve, facts, self._decider.initial))


class Given(Generic[C, S, E]):
    """The state that some facts led to."""

    def __init__(self, decider: Decider[C, S, E], state: S) -> None:
        self._decider = decider
        self.state = state

    def when(self, command: C) -> "Asked[C, S, E]":
        """What is asked; nothing is decided before `then…`."""
        return Asked(self._decider, self.state, command)


class Asked(Generic[C, S, E]):
    """One command that waits for its outcome."""

    def __init__(self, decider: Decider[C, S, E], state: S, command: C) -> None:
        self._decider = decider
        self._state = state
        self._command = command

    def then(self, *facts: E) -> Given[C, S, E]:
        """Exactly these facts follow; asked again right after, nothing more does. Returns the state after them."""
        assert self._decider.decide(self._command, self._state) == list(facts)
        after = reduce(self._decider.evolve, facts, self._state)
        assert self._decider.decide(self._command, after) == [], "a repeated command changes nothing"
        return Given(self._decider, after)

    def then_nothing(self) -> None:
        """It is accepted and nothing has to change."""
        assert self._decider.decide(self._command, self._state) == []

    def then_refused(self, refusal: type[Refusal], saying: str = "") -> None:
        """It is turned down in exactly this way, with these words in the message."""
        with pytest.raises(refusal) as caught:
            self._decider.decide(self._command, self._state)
        assert type(caught.value) is refusal
        assert saying in str(caught.value)
