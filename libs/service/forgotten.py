"""Who was forgotten, as this process knows: a credential that still looks valid counts for nobody."""

from collections.abc import Iterable

from libs.events.event import Event
from libs.events.ids import PersonId
from libs.events.rooms import PersonForgotten


class Forgotten:
    """Whoever follows the log tells it every fact; `in` asks it."""

    def __init__(self) -> None:
        self._people: set[PersonId] = set()

    def __contains__(self, person: object) -> bool:
        return person in self._people

    def learn(self, event: Event) -> None:
        """One fact, of whatever type."""
        if isinstance(event, PersonForgotten):
            self._people.add(event.person)

    def know(self, people: Iterable[PersonId]) -> None:
        """What was kept from before."""
        self._people.update(people)
