"""Every rule about programmes: who owns a series, may it open rooms by itself. Pure."""

from libs.events.ids import PersonId
from libs.events.rooms import (
    ProgrammeCreated,
    ProgrammeEvent,
    ProgrammeSwitchedOff,
    ProgrammeSwitchedOn,
)
from services.rooms.commands import (
    AskProgramme,
    CreateProgramme,
    SwitchProgrammeOff,
    SwitchProgrammeOn,
)
from services.rooms.errors import NotTheOwner, ProgrammeTaken, ProgrammeUnknown
from services.rooms.state import Programme
from services.rooms.titles import require_sayable


def decide_programme(ask: AskProgramme, programme: Programme) -> list[ProgrammeEvent]:
    """What follows from `ask`: facts, nothing, or a refusal."""
    if isinstance(ask.what, CreateProgramme):
        return create_programme(ask.what, ask.by, programme)
    created = require_owner(ask.by, ask.of, programme)
    match ask.what:
        case SwitchProgrammeOff():
            return [ProgrammeSwitchedOff(programme=created.programme)] if programme.on else []
        case SwitchProgrammeOn():
            return [] if programme.on else [ProgrammeSwitchedOn(programme=created.programme)]


def create_programme(what: CreateProgramme, by: PersonId, programme: Programme) -> list[ProgrammeEvent]:
    """Anybody who is signed in may create one; the same again is the same programme."""
    require_sayable(what.title, what.aliases)
    created = ProgrammeCreated(
        programme=what.programme,
        title=what.title.strip(),
        aliases=tuple(alias.strip() for alias in what.aliases),
        owner=by,
        automation=what.automation,
    )
    if programme.created is None:
        return [created]
    if programme.created != created:
        raise ProgrammeTaken(f"{what.programme} is already {programme.created.title!r} of {programme.created.owner}")
    return []


def require_owner(by: PersonId, programme_id: str, programme: Programme) -> ProgrammeCreated:
    """Refuse a programme that is not there, or is not theirs."""
    if programme.created is None:
        raise ProgrammeUnknown(f"there is no programme {programme_id}")
    if programme.created.owner != by:
        raise NotTheOwner(f"{by} does not own {programme_id}, {programme.created.owner} does")
    return programme.created
