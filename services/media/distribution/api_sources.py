"""`POST /api/rooms/{id}/sources`: the front door for encoders. Who may do it is decided by the mixer."""

from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Path, Response

from libs.events.command import Rejected
from libs.events.ids import CommandId, Milliseconds, PersonId, Position, RoomId, SourceId
from libs.service.broker import Broker
from libs.service.commands import send_command
from libs.service.http import answer, answers, body, problem_of
from libs.service.http_headers import idempotency_key
from libs.service.http_identity import asked_by, signed_in
from libs.service.identity import Actor, Verifier
from services.media.registration import COMMAND, Registered, RegisterSource, SourceName, source_aggregate

PATIENCE = Milliseconds(3_000)


class NewSource(msgspec.Struct, frozen=True, kw_only=True):
    """An encoder to be: whose sound it is (oneself when left out), and a name to know it by. `listens`: what they
    should hear, the room without themselves, is sent back to where they send from. `noise_suppression`: steady noise
    is taken out of it, which costs 20 ms; a concert refuses that.
    """

    name: SourceName
    listens: bool = False
    noise_suppression: bool = False
    person: Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9]{10,32}$")] | None = None


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """Send Opus over RTP with this SSRC and payload type there, before `expires` (milliseconds since 1970)."""

    source: SourceId
    ssrc: int
    host: str
    port: int
    payload_type: int
    sdp: str
    expires: int
    revision: int
    position: Position


def sources_router(broker: Broker, verifier: Verifier) -> APIRouter:
    """One route."""
    router = APIRouter(tags=["speak"])

    @router.post("/api/rooms/{room}/sources", status_code=201, summary="Register an RTP sender")
    @answers(Source)
    async def register(
        room: Annotated[str, Path(pattern="^[a-z0-9]{10,32}$")],
        asked: Annotated[NewSource, Depends(body(NewSource))],
        actor: Annotated[Actor, Depends(signed_in(verifier))],
        command_id: Annotated[CommandId, Depends(idempotency_key)],
    ) -> Response:
        person = PersonId(asked.person or actor.person)
        wanted = RegisterSource(
            person=person, name=asked.name, listens=asked.listens, noise_suppression=asked.noise_suppression
        )
        command = asked_by(actor, command_id, source_aggregate(RoomId(room), person, asked.name), wanted)
        told = await send_command(broker, "media", room, COMMAND, command, PATIENCE, Registered)
        if isinstance(told, Rejected):
            return problem_of(told.code, told.status, told.detail)
        return answer(msgspec.convert(told, Source, from_attributes=True), 201)

    return router
