"""Every rule about persons: signing in for the first time, and being forgotten. Pure."""

from libs.events.ids import PersonId
from libs.events.rooms import PersonEvent, PersonForgotten, PersonRegistered
from services.rooms.commands import Ask, RegisterPerson
from services.rooms.errors import NotYourself
from services.rooms.state import Person


def decide_person(ask: Ask[RegisterPerson], person: Person) -> list[PersonEvent]:
    """A person is registered once, by themselves, and not after they were forgotten."""
    if ask.by != ask.of:
        raise NotYourself(f"{ask.by} cannot register {ask.of}")
    if person.forgotten:
        raise NotYourself(f"{ask.of} was forgotten; sign in anew")
    return [] if person.registered else [PersonRegistered(person=ask.by)]


def forget(person_id: PersonId, person: Person) -> list[PersonEvent]:
    """Whoever runs this Parlor forgets a person, once and for all; also one who never signed in here."""
    return [] if person.forgotten else [PersonForgotten(person=person_id)]
