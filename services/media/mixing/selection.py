"""Who on the stage gets a mix of their own: the loudest few of those who are heard, and nobody for a mere moment.

A free place is taken at once, by the loudest who has none. It is given up after a second of silence, or to somebody
who was 6 dB louder than the quietest who has one for 100 ms. Loudness is a mean over the last 100 ms or so.
"""

from collections.abc import Mapping

import msgspec

from .level import FLOOR

OWN_MIXES = 3
"""As many voices as people can follow; a room may say otherwise."""

WEIGHT = 0.2
LOUDER = 6.0
AFTER_TICKS = 5
LEAVE_TICKS = 50


class Candidate(msgspec.Struct, gc=False):
    """Somebody on the stage. `silent` counts ticks."""

    chosen: bool = False
    loudness: float = FLOOR
    silent: int = LEAVE_TICKS


class Selection:
    """Of at most `most`. In a tie who was named first is the louder one."""

    def __init__(self, most: int = OWN_MIXES) -> None:
        self.most = most
        self._people: dict[str, Candidate] = {}
        self._pressed = 0

    def chosen(self, key: str) -> bool:
        """True while this one has a place."""
        return key in self._people and self._people[key].chosen

    def update(self, levels: Mapping[str, float | None]) -> None:
        """Take one tick's levels of all that are on the stage, in their order; None for who is not heard."""
        self._people = {key: self._people.get(key) or Candidate() for key in levels}
        for key, level in levels.items():
            _hear(self._people[key], level)
        self._fill()
        self._press()

    def _fill(self) -> None:
        free = self.most - sum(one.chosen for one in self._people.values())
        while free > 0:
            loudest = self._loudest()
            if loudest is None:
                return
            loudest.chosen = True
            free -= 1
        for _ in range(-free):
            quietest = self._quietest()
            if quietest is not None:
                quietest.chosen = False

    def _press(self) -> None:
        loudest, quietest = self._loudest(), self._quietest()
        if loudest is None or quietest is None or not loudest.loudness > quietest.loudness + LOUDER:
            self._pressed = 0
            return
        self._pressed += 1
        if self._pressed >= AFTER_TICKS:
            quietest.chosen, loudest.chosen = False, True
            self._pressed = 0

    def _loudest(self) -> Candidate | None:
        """Of those who are heard and have no place."""
        found = None
        for one in self._people.values():
            if not one.chosen and one.silent == 0 and (found is None or one.loudness > found.loudness):
                found = one
        return found

    def _quietest(self) -> Candidate | None:
        """Of those who have a place."""
        found = None
        for one in self._people.values():
            if one.chosen and (found is None or one.loudness <= found.loudness):
                found = one
        return found


def _hear(one: Candidate, level: float | None) -> None:
    one.loudness += ((FLOOR if level is None else level) - one.loudness) * WEIGHT
    one.silent = one.silent + 1 if level is None else 0
    if one.silent >= LEAVE_TICKS:
        one.chosen = False
