"""`POST /api/rooms/{id}/evidence`: has the last two minutes frozen. Who may do it is decided by the mixer."""

from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Path, Response

from libs.events.command import Rejected
from libs.events.ids import CommandId, EvidenceId, Milliseconds, Position, RoomId
from libs.service.broker import Broker
from libs.service.commands import send_command
from libs.service.http import answer, answers, body, problem_of
from libs.service.http_headers import idempotency_key
from libs.service.http_identity import asked_by, signed_in
from libs.service.identity import Actor, Verifier
from services.media.evidence_asked import FreezeEvidence, Frozen, evidence_aggregate, evidence_id

PATIENCE = Milliseconds(15_000)
"""Fifty sources of two minutes each are read, and written to a disk that may be busy."""


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """What lies at the mixer now. `sha256` is of the folder's manifest, which has that of every file. `begin` and `end`
    are media time.
    """

    evidence: EvidenceId
    sha256: str
    begin: int
    end: int
    revision: int
    position: Position


def evidence_router(broker: Broker, verifier: Verifier) -> APIRouter:
    """One route."""
    router = APIRouter(tags=["rooms"])

    @router.post("/api/rooms/{room}/evidence", status_code=201, summary="Freeze what was said last")
    @answers(Evidence)
    async def freeze(
        room: Annotated[str, Path(pattern="^[a-z0-9]{10,32}$")],
        asked: Annotated[FreezeEvidence, Depends(body(FreezeEvidence))],
        actor: Annotated[Actor, Depends(signed_in(verifier))],
        command_id: Annotated[CommandId, Depends(idempotency_key)],
    ) -> Response:
        about = evidence_aggregate(RoomId(room), evidence_id(RoomId(room), actor.person, command_id))
        command = asked_by(actor, command_id, about, asked)
        name = FreezeEvidence.__name__
        told = await send_command(broker, "media", room, name, command, PATIENCE, Frozen)
        if isinstance(told, Rejected):
            return problem_of(told.code, told.status, told.detail)
        return answer(msgspec.convert(told, Evidence, from_attributes=True), 201)

    return router
