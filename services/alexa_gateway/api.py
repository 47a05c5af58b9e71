"""The skill endpoint. Whoever is not Alexa gets 400 and not a word; Alexa always gets 200."""

from collections.abc import Callable
from datetime import datetime

from fastapi import APIRouter, Request, Response
from starlette.requests import ClientDisconnect

from libs.service.logs import logger
from services.alexa_gateway.answering import answer
from services.alexa_gateway.metrics import UNVERIFIED
from services.alexa_gateway.signature import Unverified
from services.alexa_gateway.tools import Tools
from services.alexa_gateway.verifier import LARGEST_BODY, Verifier

JSON = "application/json;charset=UTF-8"

log = logger("alexa_gateway")


def routes(verifier: Verifier, tools: Tools, now: Callable[[], datetime]) -> APIRouter:
    """`POST /alexa` for requests, `POST /alexa/events` for skill events: the same rules for both."""
    router = APIRouter(tags=["alexa"])

    async def receive(request: Request) -> Response:
        try:
            verified = await verifier.verify(request.headers, await _body(request), now())
        except Unverified as fault:
            UNVERIFIED.labels(reason=str(fault)).inc()
            log.warning("request turned down", reason=str(fault))
            return Response(status_code=400)
        return Response(await answer(tools, verified), media_type=JSON)

    for path in ("/alexa", "/alexa/events"):
        router.add_api_route(path, receive, methods=["POST"], include_in_schema=False)
    return router


async def _body(request: Request) -> bytes:
    """The raw bytes, not more of them than any request of Alexa's has."""
    body = bytearray()
    try:
        async for piece in request.stream():
            body += piece
            if len(body) > LARGEST_BODY:
                raise Unverified("body-too-large")
    except ClientDisconnect as fault:
        raise Unverified("body-cut-off") from fault
    return bytes(body)
