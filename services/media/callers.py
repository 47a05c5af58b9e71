"""How much each person's voice had to be raised or lowered, so that who comes back is at their loudness at once."""

from collections import OrderedDict

from libs.events.ids import PersonId

MOST = 10_000
"""People. Who was heard longest ago is forgotten first, and then learnt anew."""


class Callers:
    """Decibels by person, across rooms, sources and connections, while the mixer lives."""

    def __init__(self, most: int = MOST) -> None:
        self._gains: OrderedDict[PersonId, float] = OrderedDict()
        self._most = most

    def gain(self, person: PersonId) -> float:
        """What was last enough; 0 for somebody new."""
        return self._gains.get(person, 0.0)

    def note(self, person: PersonId, gain: float) -> None:
        """What a meter of theirs says now."""
        self._gains[person] = gain
        self._gains.move_to_end(person)
        if len(self._gains) > self._most:
            self._gains.popitem(last=False)
