"""Routes for programmes: creating one, switching it off and on."""

from collections.abc import Awaitable, Callable
from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Response

from libs.events.command import Accepted, Rejected, Written
from libs.events.ids import MalformedId, Position, ProgrammeId, checked_id
from libs.service.http import answer, answers, body
from services.rooms.api_border import NO_STORE, Asker, Border, fresh_thing, marks, respond
from services.rooms.commands import AssetSet, CreateProgramme, ProgrammeVerb, SwitchProgrammeOff, SwitchProgrammeOn
from services.rooms.errors import ProgrammeUnknown
from services.rooms.handle import programme_of

STEPS: dict[str, type[ProgrammeVerb]] = {"switch-off": SwitchProgrammeOff, "switch-on": SwitchProgrammeOn}


class NewProgramme(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What somebody says who creates a programme; its id comes back."""

    title: str
    aliases: tuple[str, ...] = ()
    automation: AssetSet | None = None


class Created(msgspec.Struct, frozen=True, kw_only=True):
    """The programme is there and switched on."""

    accepted: bool = True
    programme: ProgrammeId
    revision: int
    position: Position
    events: tuple[Written, ...] = ()


async def programme_id(programme: str) -> ProgrammeId:
    """A dependency: the programme in the path; what can't be an id is an unknown programme."""
    try:
        return ProgrammeId(checked_id(programme))
    except MalformedId as fault:
        raise ProgrammeUnknown(f"there is no programme {programme[:40]!r}: {fault}") from fault


def routes(border: Border) -> APIRouter:
    """Everything below `/api/programmes`."""
    router = APIRouter(tags=["programmes"])

    @router.post("/api/programmes", status_code=201)
    @answers(Created)
    async def create(
        asked: Annotated[NewProgramme, Depends(body(NewProgramme))], asker: Annotated[Asker, Depends(border.asker)]
    ) -> Response:
        """Create a programme; whoever asks owns it."""
        programme = ProgrammeId(fresh_thing(asker))
        what = CreateProgramme(programme=programme, **msgspec.structs.asdict(asked))
        return created(programme, await border.answer(asker, programme_of(programme), what))

    for name, verb in STEPS.items():
        add = router.post(f"/api/programmes/{{programme}}/{name}", name=verb.__name__, description=verb.__doc__)
        add(answers(Accepted)(step(border, verb)))
    return router


def step(border: Border, verb: type[ProgrammeVerb]) -> Callable[..., Awaitable[Response]]:
    """The route function of one command."""

    async def ask(
        programme: Annotated[ProgrammeId, Depends(programme_id)], asker: Annotated[Asker, Depends(border.asker)]
    ) -> Response:
        return await border.ask(asker, programme_of(programme), msgspec.convert({}, verb))

    return ask


def created(programme: ProgrammeId, given: Accepted | Rejected) -> Response:
    """201, or the problem."""
    if isinstance(given, Rejected):
        return respond(given)
    made = Created(programme=programme, revision=given.revision, position=given.position, events=given.events)
    return answer(made, 201, NO_STORE | marks(given.revision, given.position))
