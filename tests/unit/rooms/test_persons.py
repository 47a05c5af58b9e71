"""Persons: signing in for the first time, and being forgotten."""

from libs.events.decider import Decider
from libs.events.rooms import PersonEvent, PersonForgotten, PersonRegistered
from libs.events.testing.story import Story
from services.rooms.commands import Ask, RegisterPerson
from services.rooms.errors import NotYourself
from services.rooms.persons import decide_person, forget
from services.rooms.state import Person, evolve_person
from tests.unit.rooms.people import ANA, BEN

persons: Decider[Ask[RegisterPerson], Person, PersonEvent] = Decider(decide_person, evolve_person, Person())
person = Story(persons)
registered, forgotten = PersonRegistered(person=ANA), PersonForgotten(person=ANA)


def test_a_person_is_registered_once() -> None:
    person.given().when(Ask(by=ANA, of=ANA, what=RegisterPerson())).then(registered)


def test_nobody_registers_somebody_else() -> None:
    person.given().when(Ask(by=BEN, of=ANA, what=RegisterPerson())).then_refused(NotYourself)


def test_whoever_was_forgotten_does_not_come_back_as_the_same_person() -> None:
    before = person.given(registered, forgotten)
    before.when(Ask(by=ANA, of=ANA, what=RegisterPerson())).then_refused(NotYourself, "sign in anew")


def test_a_person_is_forgotten_once() -> None:
    assert forget(ANA, person.given(registered).state) == [forgotten]
    assert forget(ANA, person.given(registered, forgotten).state) == []


def test_whoever_never_signed_in_here_can_be_forgotten_too() -> None:
    assert forget(ANA, person.given().state) == [forgotten]
