"""The ASGI application of one process: the routers of its parts, and a problem document for all that goes wrong."""

import asyncio
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from libs.events.log import LogUnavailable
from libs.events.refusal import Refusal
from libs.service.broker import Unanswered
from libs.service.http import BESIDE, problem, problem_of, unanswered
from libs.service.http_limits import Limited, Limits
from libs.service.http_openapi import describe
from libs.service.http_traced import Traced
from libs.service.http_watch import Watched


def build_app(routers: Sequence[APIRouter], closing: asyncio.Event, limits: Limits | None = None) -> FastAPI:
    """All routers on one origin. `closing` is set when the process begins to end: streams look at it and stop."""
    app = FastAPI(title="Parlor", docs_url=None, redoc_url=None, openapi_url="/api/openapi.json")
    app.state.closing = closing
    for router in routers:
        app.include_router(router)
    app.exception_handler(Refusal)(_refusal)
    app.exception_handler(HTTPException)(_http)
    app.exception_handler(RequestValidationError)(_invalid)
    app.exception_handler(Unanswered)(_unanswered)
    app.exception_handler(LogUnavailable)(_log_silent)
    app.add_middleware(Limited, limits=limits or Limits())
    app.add_middleware(Watched)
    app.add_middleware(Traced)
    app.openapi = lambda: describe(app)  # type: ignore[method-assign]  # FastAPI's own way to extend the document
    return app


async def closing(request: Request) -> asyncio.Event:
    """A dependency for routes that stream: end the stream soon after this is set."""
    event: asyncio.Event = request.app.state.closing
    return event


async def _refusal(_request: Request, refusal: Refusal) -> Response:
    return problem(refusal, BESIDE.get(refusal.status))


async def _http(request: Request, fault: HTTPException) -> Response:
    status = HTTPStatus(fault.status_code)
    detail = fault.detail if fault.detail != status.phrase else _sentence(request, status)
    return problem_of(status.phrase.lower().replace(" ", "-"), status, detail, fault.headers)


def _sentence(request: Request, status: HTTPStatus) -> str:
    path = request.url.path[:100]
    if status is HTTPStatus.NOT_FOUND:
        return f"there is nothing at {path}"
    if status is HTTPStatus.METHOD_NOT_ALLOWED:
        return f"{path} does not take {request.method}; see the Allow header"
    return status.description or status.phrase


async def _invalid(_request: Request, fault: RequestValidationError) -> Response:
    return problem_of("malformed-request", 422, "; ".join(_mistake(error) for error in fault.errors()))


def _mistake(error: dict[str, Any]) -> str:
    place = " ".join(str(step) for step in error["loc"])
    return f"{place}: {error['msg'][:1].lower()}{error['msg'][1:]}"


async def _unanswered(_request: Request, _fault: Unanswered) -> Response:
    return unanswered()


async def _log_silent(_request: Request, _fault: LogUnavailable) -> Response:
    detail = "the event log did not answer in time; asking again with the same key is safe"
    return problem_of("log-unavailable", 503, detail, BESIDE[503])
