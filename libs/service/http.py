"""HTTP bodies and answers with msgspec, and problems for all that goes wrong (RFC 9457).

FastAPI knows no msgspec Struct, so a route says `asked: Annotated[Ask, Depends(body(Ask))]` and returns `answer(…)`;
`@answers(Struct)` below the route's decorator puts the answer into the OpenAPI document (libs/service/http_openapi).
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, ClassVar, TypeVar

import msgspec
from fastapi import Request, Response

from libs.events.refusal import Refusal

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])

JSON = "application/json"
PROBLEM = "application/problem+json"
BESIDE = {401: {"WWW-Authenticate": "Bearer"}, 503: {"Retry-After": "1"}}
"""Headers that go with a status, whatever led to it."""

_encoder = msgspec.json.Encoder()


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """RFC 9457. `code` is our slug, also the last part of `type`; `detail` says what is and what would be right."""

    type: str
    title: str
    status: int
    code: str
    detail: str


class MalformedBody(Refusal):
    """The body is not what this route takes."""

    slug: ClassVar = "malformed-body"
    status: ClassVar = 422


def body(wanted: type[T]) -> Callable[[Request], Awaitable[T]]:
    """A dependency that reads the JSON body as `wanted`; refuses with 422 and msgspec's own words."""
    decoder = msgspec.json.Decoder(wanted)

    async def read(request: Request) -> T:
        try:
            return decoder.decode(await request.body() or b"{}")
        except msgspec.DecodeError as fault:
            raise MalformedBody(str(fault)) from fault

    read.struct = wanted  # type: ignore[attr-defined]  # http_openapi reads it
    return read


def answers(struct: type) -> Callable[[F], F]:
    """Mark a route function: its success has this body."""

    def mark(route: F) -> F:
        route.answers = struct  # type: ignore[attr-defined]  # http_openapi reads it
        return route

    return mark


def answer(result: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Any msgspec-encodable result as JSON."""
    return Response(_encoder.encode(result), status, dict(headers or {}), JSON)


def problem(refusal: Refusal, headers: Mapping[str, str] | None = None) -> Response:
    """A refusal as the border shows it."""
    return problem_of(refusal.slug, refusal.status, str(refusal), headers)


def problem_of(slug: str, status: int, detail: str, headers: Mapping[str, str] | None = None) -> Response:
    """A problem document; its title is the slug in words."""
    shown = Problem(type=f"/problems/{slug}", title=slug.replace("-", " "), status=status, code=slug, detail=detail)
    return Response(_encoder.encode(shown), status, dict(headers or {}), PROBLEM)


def unanswered() -> Response:
    """The owner of a command said nothing in time: where we asked is for nobody outside to know."""
    detail = "the service that decides this did not answer in time; asking again with the same key is safe"
    return problem_of("unanswered", 503, detail, BESIDE[503])
