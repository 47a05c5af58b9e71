"""Talkback and pre-fader listen: what the host says to the stage alone, and hears of one source alone. Who may do it is
decided by the mixer; it ends with the call or the room.
"""

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Path, Response

from libs.events.command import Accepted, Rejected
from libs.events.ids import CommandId, Milliseconds, RoomId, SourceId
from libs.service.broker import Broker
from libs.service.commands import send_command
from libs.service.http import problem_of
from libs.service.http_headers import idempotency_key
from libs.service.http_identity import asked_by, signed_in
from libs.service.identity import Actor, Verifier
from services.media.monitor_asked import HearSource, HearStage, TalkToAll, TalkToStage, desk_aggregate

PATIENCE = Milliseconds(3_000)

RoomPath = Annotated[str, Path(pattern="^[a-z0-9]{10,32}$")]
SourcePath = Annotated[str, Path(pattern="^[a-z0-9]{10,32}$")]
Key = Annotated[CommandId, Depends(idempotency_key)]


def monitoring_router(broker: Broker, verifier: Verifier) -> APIRouter:
    """Four routes, each answered with 204."""
    router = APIRouter(tags=["speak"])
    who = Annotated[Actor, Depends(signed_in(verifier))]
    listen, talkback = "/api/rooms/{room}/sources/{source}/listen", "/api/rooms/{room}/talkback"

    async def ask(room: str, actor: Actor, key: CommandId, what: msgspec.Struct) -> Response:
        command = asked_by(actor, key, desk_aggregate(RoomId(room)), what)
        told: Any = await send_command(broker, "media", room, type(what).__name__, command, PATIENCE, Accepted)
        if isinstance(told, Rejected):
            return problem_of(told.code, told.status, told.detail)
        return Response(status_code=204)

    @router.post(listen, status_code=204, summary="Hear one source alone, before its fader")
    async def hear(room: RoomPath, source: SourcePath, actor: who, key: Key) -> Response:
        return await ask(room, actor, key, HearSource(source=SourceId(source)))

    @router.delete(listen, status_code=204, summary="Hear the stage again")
    async def hear_stage(room: RoomPath, source: SourcePath, actor: who, key: Key) -> Response:  # noqa: ARG001  # the path says it
        return await ask(room, actor, key, HearStage())

    @router.post(talkback, status_code=204, summary="Talk to the stage alone, off the programme")
    async def talk(room: RoomPath, actor: who, key: Key) -> Response:
        return await ask(room, actor, key, TalkToStage())

    @router.delete(talkback, status_code=204, summary="Talk to everybody again")
    async def talk_to_all(room: RoomPath, actor: who, key: Key) -> Response:
        return await ask(room, actor, key, TalkToAll())

    return router
