"""Programmes."""

from libs.events.decider import Decider
from libs.events.ids import PersonId, ProgrammeId
from libs.events.rooms import (
    ProgrammeCreated,
    ProgrammeEvent,
    ProgrammeSwitchedOff,
    ProgrammeSwitchedOn,
)
from libs.events.testing.story import Story
from services.rooms.commands import (
    Ask,
    AskProgramme,
    CreateProgramme,
    ProgrammeVerb,
    SwitchProgrammeOff,
    SwitchProgrammeOn,
)
from services.rooms.errors import NotTheOwner, ProgrammeTaken, ProgrammeUnknown, TitleUnusable
from services.rooms.programmes import decide_programme
from services.rooms.state import Programme, evolve_programme
from tests.unit.rooms.people import ANA, BEN

MORNINGS = ProgrammeId("morningshow")
programmes: Decider[AskProgramme, Programme, ProgrammeEvent] = Decider(decide_programme, evolve_programme, Programme())
programme = Story(programmes)

create = CreateProgramme(programme=MORNINGS, title="City Talk")
created = ProgrammeCreated(programme=MORNINGS, title="City Talk", owner=ANA)
off = ProgrammeSwitchedOff(programme=MORNINGS)
on = ProgrammeSwitchedOn(programme=MORNINGS)


def asks(who: PersonId, what: ProgrammeVerb) -> AskProgramme:
    return Ask(by=who, of=MORNINGS, what=what)


def test_whoever_creates_a_programme_owns_it_and_it_is_on() -> None:
    after = programme.given().when(asks(ANA, create)).then(created)
    assert after.state.on


def test_a_programmes_id_cannot_be_taken_by_somebody_else() -> None:
    programme.given(created).when(asks(BEN, create)).then_refused(ProgrammeTaken, "City Talk")


def test_a_programmes_title_must_be_sayable() -> None:
    programme.given().when(asks(ANA, CreateProgramme(programme=MORNINGS, title=""))).then_refused(TitleUnusable)


def test_the_owner_switches_it_off_and_on() -> None:
    programme.given(created).when(asks(ANA, SwitchProgrammeOff())).then(off)
    programme.given(created, off).when(asks(ANA, SwitchProgrammeOn())).then(on)


def test_nobody_else_switches_it() -> None:
    programme.given(created).when(asks(BEN, SwitchProgrammeOff())).then_refused(NotTheOwner)


def test_a_programme_that_nobody_created_cannot_be_switched() -> None:
    programme.given().when(asks(ANA, SwitchProgrammeOn())).then_refused(ProgrammeUnknown)
