"""`GET /api/presence/rooms/{id}`: who of the stage is connected, and how many listen."""

from typing import Annotated, ClassVar

import msgspec
from fastapi import APIRouter, Depends, Response

from libs.events.ids import PersonId, RoomId
from libs.events.refusal import Refusal
from libs.service.http import answer, answers
from libs.service.http_headers import parlor_after
from libs.service.http_identity import perhaps_signed_in
from libs.service.identity import Actor, Verifier
from services.presence.audience import shown
from services.presence.watch import Watch


class NobodyThere(Refusal):
    """No room of that id goes on."""

    slug: ClassVar = "no-presence"
    status: ClassVar = 404


class RoomPresence(msgspec.Struct, frozen=True, kw_only=True):
    """`connected` can be heard now. `listeners` is `few` below ten, except for whoever runs the stage."""

    room: RoomId
    connected: tuple[PersonId, ...]
    listeners: int | str


def routes(watch: Watch, verifier: Verifier) -> APIRouter:
    """The one route."""
    router = APIRouter(tags=["presence"])

    @router.get("/api/presence/rooms/{room}", dependencies=[Depends(parlor_after(watch.caught_up))])
    @answers(RoomPresence)
    async def presence(room: str, reader: Annotated[Actor | None, Depends(perhaps_signed_in(verifier))]) -> Response:
        """Who of the stage is connected, and how many listen."""
        seen = watch.rooms.get(RoomId(room))
        person = None if reader is None else reader.person
        if seen is None or not seen.floor.admits(person):
            raise NobodyThere(f"no room {room[:40]!r} goes on; ended rooms have no presence")
        there = RoomPresence(
            room=RoomId(room),
            connected=tuple(sorted(seen.attendance.present)),
            listeners=shown(watch.listeners(RoomId(room)), exactly=seen.floor.runs_stage(person)),
        )
        return answer(there, headers={"Cache-Control": "no-store"})

    return router
