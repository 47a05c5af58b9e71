"""Routes for rooms: opening, reading, and one POST for each command."""

from collections.abc import Awaitable, Callable
from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Response

from libs.events import subjects
from libs.events.command import Accepted, Rejected, Written
from libs.events.ids import Lufs, PersonId, Position, ProgrammeId, RoomId
from libs.events.rooms import RoomKind
from libs.service.http import answer, answers, body
from libs.service.http_headers import parlor_after
from services.rooms.api_border import NO_STORE, Asker, Border, RoomInPath, fresh_thing, marks, respond
from services.rooms.cards import LiveRooms, RoomCard
from services.rooms.commands import (
    AdmitSpeaker,
    AssetSet,
    EndRoom,
    GoLive,
    InviteSpeaker,
    LanguageTag,
    LeaveStage,
    LowerHand,
    MoveToAudience,
    MuteSpeaker,
    OpenRoom,
    RoomVerb,
    TuneRoom,
    UnmuteSpeaker,
)
from services.rooms.reading import Reading

STEPS: dict[str, type[RoomVerb]] = {
    "go-live": GoLive,
    "tune": TuneRoom,
    "invite": InviteSpeaker,
    "admit": AdmitSpeaker,
    "lower-hand": LowerHand,
    "mute": MuteSpeaker,
    "unmute": UnmuteSpeaker,
    "leave": LeaveStage,
    "move-to-audience": MoveToAudience,
    "end": EndRoom,
}


class NewRoom(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What somebody says who opens a room; the room's id comes back."""

    title: str
    aliases: tuple[str, ...] = ()
    kind: RoomKind = RoomKind.OPEN
    programme: ProgrammeId | None = None
    automation: AssetSet | None = None
    language: LanguageTag = "en-US"
    concert: bool = False
    loudness: Lufs | None = None
    own_mixes: int | None = None


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """The room is there; the host sits on its stage."""

    accepted: bool = True
    room: RoomId
    revision: int
    position: Position
    events: tuple[Written, ...] = ()


def routes(border: Border, reading: Reading) -> APIRouter:
    """Everything below `/api/rooms` but the event stream."""
    router = APIRouter(tags=["rooms"])
    after = Depends(parlor_after(reading.caught_up))

    @router.post("/api/rooms", status_code=201)
    @answers(Opened)
    async def open_room(
        asked: Annotated[NewRoom, Depends(body(NewRoom))], asker: Annotated[Asker, Depends(border.asker)]
    ) -> Response:
        """Open a room; whoever asks hosts it."""
        room = RoomId(fresh_thing(asker))
        what = OpenRoom(room=room, **msgspec.structs.asdict(asked))
        return opened(room, await border.answer(asker, subjects.room(room), what))

    @router.get("/api/rooms", dependencies=[after])
    @answers(LiveRooms)
    async def live_rooms() -> Response:
        """Open rooms that are on air now, the longest on air first."""
        return answer(await reading.live(), headers=NO_STORE)

    @router.get("/api/rooms/{room}", dependencies=[after])
    @answers(RoomCard)
    async def one_room(room: RoomInPath, reader: Annotated[PersonId | None, Depends(border.reader)]) -> Response:
        """One room, also after its end; one by invitation only for whoever is invited."""
        card = await reading.one(room, reader)
        return answer(card, headers=NO_STORE | marks(card.revision, card.position))

    for name, verb in STEPS.items():
        add = router.post(f"/api/rooms/{{room}}/{name}", name=verb.__name__, description=verb.__doc__)
        add(answers(Accepted)(step(border, verb)))
    return router


def step(border: Border, verb: type[RoomVerb]) -> Callable[..., Awaitable[Response]]:
    """The route function of one command."""

    async def ask(
        room: RoomInPath, what: Annotated[RoomVerb, Depends(body(verb))], asker: Annotated[Asker, Depends(border.asker)]
    ) -> Response:
        return await border.ask(asker, subjects.room(room), what)

    return ask


def opened(room: RoomId, given: Accepted | Rejected) -> Response:
    """201 with the room's place, or the problem."""
    if isinstance(given, Rejected):
        return respond(given)
    made = Opened(room=room, revision=given.revision, position=given.position, events=given.events)
    place = {"Location": f"/api/rooms/{room}"}
    return answer(made, 201, NO_STORE | place | marks(given.revision, given.position))
