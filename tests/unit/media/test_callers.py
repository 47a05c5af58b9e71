"""Who comes back is known."""

from libs.events.ids import PersonId
from services.media.callers import Callers

ANA, BEN, CARA = PersonId("ana"), PersonId("ben"), PersonId("cara")


def test_the_last_gain_of_each_person_is_kept() -> None:
    callers = Callers()
    callers.note(ANA, 3.0)
    callers.note(ANA, 4.0)
    assert (callers.gain(ANA), callers.gain(BEN)) == (4.0, 0.0)


def test_of_too_many_who_was_heard_longest_ago_is_forgotten() -> None:
    callers = Callers(2)
    for person in (ANA, BEN, ANA, CARA):
        callers.note(person, 2.0)
    assert (callers.gain(ANA), callers.gain(BEN), callers.gain(CARA)) == (2.0, 0.0, 2.0)
