"""`given(facts).when(command).then(facts)` for any decider: rules are tested through facts in and facts out."""

from collections.abc import Iterator, Sequence
from difflib import ndiff
from functools import reduce
from typing import Generic, TypeVar

from ..decider import Decider

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
        __tracebackhide__ = True
        after = self.then_every_time(*facts)
        again = self._decider.decide(self._command, after.state)
        if list(again):
            raise AssertionError(_unlike("asked again, nothing more should follow", (), again))
        return after

    def then_every_time(self, *facts: E) -> Given[C, S, E]:
        """Exactly these facts follow, for commands that may lead to more when asked again. Returns the state after."""
        __tracebackhide__ = True
        decided = self._decider.decide(self._command, self._state)
        if list(decided) != list(facts):
            raise AssertionError(_unlike("other facts follow", facts, decided))
        return Given(self._decider, reduce(self._decider.evolve, facts, self._state))

    def then_nothing(self) -> None:
        """It is accepted and nothing has to change."""
        __tracebackhide__ = True
        decided = self._decider.decide(self._command, self._state)
        if list(decided):
            raise AssertionError(_unlike("nothing should follow", (), decided))

    def then_refused(self, refusal: type[Exception], saying: str = "") -> None:
        """It is turned down with exactly this exception, with these words in the message."""
        __tracebackhide__ = True
        try:
            decided = self._decider.decide(self._command, self._state)
        except Exception as caught:
            if type(caught) is not refusal:
                raise
            if saying not in str(caught):
                raise AssertionError(f"it should say {saying!r}, and says {str(caught)!r}") from caught
        else:
            raise AssertionError(_unlike(f"{refusal.__name__} should turn it down", (), decided))


def _unlike(what: str, wanted: Sequence[object], decided: Sequence[object]) -> str:
    """Both, fact by fact: `-` was expected and is missing, `+` was decided."""
    return "\n".join([what, *_lines(wanted, decided)])


def _lines(wanted: Sequence[object], decided: Sequence[object]) -> Iterator[str]:
    return (line.rstrip() for line in ndiff([repr(fact) for fact in wanted], [repr(fact) for fact in decided]))
