"""WHIP (RFC 9725) and WHEP (draft-ietf-wish-whep): speak into a room, and hear from its stage, by WebRTC.

Any front door takes these; the mixer that has the room answers, and its addresses are in the answer. Sessions have
URLs that nobody guesses, and belong to whoever began them.
"""

from collections.abc import Callable, Coroutine, Sequence
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response
from fastapi.routing import APIRoute

from libs.events.command import Accepted, Rejected
from libs.events.fresh import fresh_command_id
from libs.events.ids import CommandId, Milliseconds, RoomId
from libs.events.refusal import Refusal
from libs.service.broker import Broker, Unanswered
from libs.service.commands import A, send_command
from libs.service.http import BESIDE, problem, problem_of, unanswered
from libs.service.http_headers import idempotency_key
from libs.service.http_identity import asked_by, signed_in
from libs.service.identity import Actor, Verifier
from services.media.call_asked import (
    CallPatched,
    CallStarted,
    EndCall,
    Kind,
    LookAtCall,
    PatchCall,
    StartCall,
    call_aggregate,
)
from services.media.distribution.errors import EntityTagNeeded, NoSdpWanted, WrongContentType
from services.media.errors import MalformedSdp
from services.media.transport.answer import CONTENT_TYPE as SDP
from services.media.transport.fragment import CONTENT_TYPE as FRAGMENT

PATIENCE = Milliseconds(5_000)

CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "OPTIONS, POST, PATCH, DELETE, GET, HEAD",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, If-Match, Idempotency-Key",
    "Access-Control-Expose-Headers": "Location, Link, ETag, Accept-Post, Accept-Patch, Retry-After",
}

RoomPath = Annotated[str, Path(pattern="^[a-z0-9]{10,32}$")]
SessionPath = Annotated[str, Path(pattern="^[a-z0-9]{10,32}$")]
Name = Annotated[str, Query(min_length=1, max_length=64, description="Which of a person's sources this is (WHIP).")]
Denoise = Annotated[
    bool,
    Query(description="Take steady noise out of what is sent: 20 ms later, and not in a concert (WHIP)."),
]
Match = Annotated[
    str | None, Header(alias="If-Match", description='The ETag of the ICE session, or "*" to restart it.')
]

BODY = {"required": True, "content": {SDP: {"schema": {"type": "string"}}}}
FRAGMENT_BODY = {"required": True, "content": {FRAGMENT: {"schema": {"type": "string"}}}}
ANSWERED: dict[int | str, dict[str, Any]] = {
    201: {"description": "The answer; `Location` is the session.", "content": {SDP: {"schema": {"type": "string"}}}}
}
PATCHED: dict[int | str, dict[str, Any]] = {
    200: {"description": "ICE was restarted.", "content": {FRAGMENT: {"schema": {"type": "string"}}}},
    204: {"description": "Candidates are known."},
}


class OpenToAll(APIRoute):
    """A page of any origin may use these: credentials travel in a header, not in a cookie, when it is another one."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """As APIRoute; a refusal carries the same headers."""
        handle = super().get_route_handler()

        async def opened(request: Request) -> Response:
            try:
                response = await handle(request)
            except Refusal as refusal:
                response = problem(refusal, BESIDE.get(refusal.status))
            except Unanswered:
                response = unanswered()
            response.headers.update(CORS)
            return response

        return opened


class Front:
    """Asks the mixer that has the room, and writes what it says as HTTP."""

    def __init__(self, broker: Broker, kind: Kind, ice_servers: Sequence[str]) -> None:
        self.kind = kind
        self._broker = broker
        self._links = [f'<{server}>; rel="ice-server"' for server in ice_servers]

    async def start(  # noqa: PLR0913, PLR0917  # what the URL and the headers say beside the offer
        self,
        request: Request,
        room: str,
        actor: Actor,
        name: str,
        denoise: bool,  # noqa: FBT001  # as the URL says it
        key: CommandId,
    ) -> Response:
        """POST of an offer."""
        if not _accepts(request.headers.get("accept", SDP), SDP):
            raise NoSdpWanted(f"the answer is {SDP}, which the Accept header does not take")
        sdp = await _text(request, SDP)
        what = StartCall(kind=self.kind, sdp=sdp, name=name, noise_suppression=denoise)
        told = await self._ask(room, room, actor, what, CallStarted, key)
        if isinstance(told, Rejected):
            return _rejected(told)
        headers = {
            "Location": f"/{self.kind}/{room}/{told.session}",
            "ETag": f'"{told.etag}"',
            "Accept-Patch": FRAGMENT,
            "Cache-Control": "no-store",
        }
        response = Response(told.sdp, 201, headers, SDP)
        for link in self._links:
            response.headers.append("Link", link)
        return response

    async def patch(self, request: Request, room: str, session: str, actor: Actor, match: str | None) -> Response:
        """PATCH of candidates or of credentials."""
        fragment = await _text(request, FRAGMENT)
        if match is None:
            raise EntityTagNeeded('If-Match has the ETag of the ICE session that this is about, or "*" to restart it')
        what = PatchCall(session=session, kind=self.kind, fragment=fragment, etag=match.strip().strip('"'))
        told = await self._ask(room, session, actor, what, CallPatched)
        if isinstance(told, Rejected):
            return _rejected(told)
        if told.sdp is None:
            return Response(status_code=204)
        return Response(told.sdp, 200, {"ETag": f'"{told.etag}"', "Cache-Control": "no-store"}, FRAGMENT)

    async def end(self, room: str, session: str, actor: Actor) -> Response:
        """DELETE."""
        told = await self._ask(room, session, actor, EndCall(session=session, kind=self.kind), Accepted)
        return _rejected(told) if isinstance(told, Rejected) else Response(status_code=200)

    async def look(self, room: str, session: str, actor: Actor) -> Response:
        """GET and HEAD."""
        told = await self._ask(room, session, actor, LookAtCall(session=session, kind=self.kind), Accepted)
        return _rejected(told) if isinstance(told, Rejected) else Response(status_code=204)

    async def _ask(  # noqa: PLR0913, PLR0917  # a command has an address, an asker, words and an answer
        self, room: str, about: str, actor: Actor, what: msgspec.Struct, answer: type[A], key: CommandId | None = None
    ) -> A | Rejected:
        command = asked_by(actor, key or fresh_command_id(), call_aggregate(RoomId(room), about), what)
        return await send_command(self._broker, "media", room, type(what).__name__, command, PATIENCE, answer)


def whip_router(broker: Broker, verifier: Verifier, ice_servers: Sequence[str] = ()) -> APIRouter:
    """Both, each with its own half of the tree."""
    router = APIRouter(route_class=OpenToAll)
    _routes(router, Front(broker, "whip", ice_servers), verifier, "Send sound by WebRTC")
    _routes(router, Front(broker, "whep", ice_servers), verifier, "Hear the stage by WebRTC")
    return router


def _routes(router: APIRouter, front: Front, verifier: Verifier, summary: str) -> None:
    who = Annotated[Actor, Depends(signed_in(verifier))]
    room_url, url = f"/{front.kind}/{{room}}", f"/{front.kind}/{{room}}/{{session}}"
    tags: list[Any] = ["speak"]

    @router.options(room_url, tags=tags, summary="What may be sent here")
    async def offered(room: RoomPath) -> Response:  # noqa: ARG001  # the path says it
        return Response(status_code=200, headers={"Accept-Post": SDP})

    @router.options(url, tags=tags, summary="What may be sent here")
    async def offered_to_session(room: RoomPath, session: SessionPath) -> Response:  # noqa: ARG001  # the path says them
        return Response(status_code=200, headers={"Accept-Patch": FRAGMENT})

    @router.post(
        room_url, tags=tags, summary=summary, status_code=201, responses=ANSWERED, openapi_extra={"requestBody": BODY}
    )
    async def start(  # noqa: PLR0913, PLR0917  # what the URL and the headers say beside the offer
        request: Request,
        room: RoomPath,
        actor: who,
        key: Annotated[CommandId, Depends(idempotency_key)],
        name: Name = "page",
        denoise: Denoise = False,  # noqa: FBT002  # of the URL
    ) -> Response:
        return await front.start(request, room, actor, name, denoise, key)

    @router.patch(
        url,
        tags=tags,
        summary="Candidates, or an ICE restart",
        responses=PATCHED,
        openapi_extra={"requestBody": FRAGMENT_BODY},
    )
    async def patch(
        request: Request,
        room: RoomPath,
        session: SessionPath,
        actor: who,
        match: Match = None,
    ) -> Response:
        return await front.patch(request, room, session, actor, match)

    @router.delete(url, tags=tags, summary="End the session", response_class=Response)
    async def end(room: RoomPath, session: SessionPath, actor: who) -> Response:
        return await front.end(room, session, actor)

    @router.get(url, tags=tags, summary="Is the session there?", status_code=204, response_class=Response)
    @router.head(url, tags=tags, summary="Is the session there?", status_code=204, response_class=Response)
    async def look(room: RoomPath, session: SessionPath, actor: who) -> Response:
        return await front.look(room, session, actor)


async def _text(request: Request, wanted: str) -> str:
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if given != wanted:
        raise WrongContentType(f"the body is {wanted}, not {given or 'of no type'}")
    try:
        return (await request.body()).decode()
    except UnicodeDecodeError as fault:
        raise MalformedSdp("a session description is UTF-8") from fault


def _accepts(header: str, wanted: str) -> bool:
    ranges = {each.partition(";")[0].strip().lower() for each in header.split(",")}
    return bool(ranges & {wanted, "*/*", wanted.partition("/")[0] + "/*"})


def _rejected(told: Rejected) -> Response:
    return problem_of(told.code, told.status, told.detail, BESIDE.get(told.status))
