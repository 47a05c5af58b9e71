"""Identity at the HTTP border: who asks, and signing in by name on a single machine."""

from collections.abc import Awaitable, Callable
from typing import Annotated, ClassVar, Protocol

import msgspec
from fastapi import APIRouter, Depends, Request, Response

from libs.events.command import Command
from libs.events.ids import CommandId, PersonId
from libs.events.refusal import Refusal
from libs.events.subjects import Aggregate
from libs.service.http import answer, answers, body
from libs.service.identity import Actor, Issuer, Verifier, no_page_cookie, page_cookie
from libs.service.origins import IdentitySettings
from libs.service.tracing import current


class NotSignedIn(Refusal):
    """No credential, or none that holds."""

    slug: ClassVar = "not-signed-in"
    status: ClassVar = 401


class InsufficientScope(Refusal):
    """A client acts for somebody who did not allow it this."""

    slug: ClassVar = "insufficient-scope"
    status: ClassVar = 403


class People(Protocol):
    """Where people are known by name."""

    async def by_name(self, name: str) -> PersonId:
        """The person with this name, registered now when they are new."""


class SignIn(msgspec.Struct, frozen=True):
    """A name is all it takes, on this machine."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=40, pattern=r"^\S(.*\S)?$")]


class SignedIn(msgspec.Struct, frozen=True):
    """Who one is now; the page cookie is set as well."""

    person: PersonId
    access_token: str


class Whoami(msgspec.Struct, frozen=True):
    """The person behind the credential, and the kind of it (`token`, `page`)."""

    person: PersonId
    via: str


def signed_in(verifier: Verifier, scope: str | None = None) -> Callable[[Request], Awaitable[Actor]]:
    """A dependency: the person who asks. Refuses with 401. A client that acts for a person needs `scope`; without one
    the route is for people themselves, and clients are refused with 403.
    """

    async def actor(request: Request) -> Actor:
        who = await verifier.who(request)
        if who is None:
            raise NotSignedIn("this needs a valid access token (Authorization: Bearer) or the page's cookie")
        if who.scope and scope not in who.scope:
            wanted = f"the scope {scope!r}" if scope else "the person themselves, not a client that acts for them"
            raise InsufficientScope(f"this needs {wanted}")
        return who

    actor.signed_in = True  # type: ignore[attr-defined]  # http_openapi reads it
    return actor


def perhaps_signed_in(verifier: Verifier) -> Callable[[Request], Awaitable[Actor | None]]:
    """A dependency: the person who asks, or None."""

    async def actor(request: Request) -> Actor | None:
        return await verifier.who(request)

    return actor


def sign_in_router(people: People, issuer: Issuer, verifier: Verifier, settings: IdentitySettings) -> APIRouter:
    """`POST /api/sign-in` when the settings allow it, `POST /api/sign-out`, `GET /api/me`."""
    router = APIRouter(tags=["identity"])
    secure = settings.secure_cookies

    async def sign_in(asked: Annotated[SignIn, Depends(body(SignIn))]) -> Response:
        person = await people.by_name(asked.name)
        cookie = page_cookie(issuer.page_token(person), secure=secure)
        return answer(SignedIn(person, issuer.access_token(person)), headers={"Set-Cookie": cookie} | PRIVATE)

    if settings.sign_in_by_name:
        router.post("/api/sign-in", summary="Sign in by name (single machine only)")(answers(SignedIn)(sign_in))

    @router.post("/api/sign-out", status_code=204)
    async def sign_out() -> Response:
        return Response(status_code=204, headers={"Set-Cookie": no_page_cookie(secure=secure)})

    @router.get("/api/me")
    @answers(Whoami)
    async def me(actor: Annotated[Actor, Depends(signed_in(verifier, "openid"))]) -> Response:
        return answer(Whoami(actor.person, actor.via), headers=PRIVATE)

    return router


PRIVATE = {"Cache-Control": "no-store"}


def asked_by(actor: Actor, key: CommandId, about: Aggregate, what: msgspec.Struct) -> Command:
    """A command about something in a room, in the name of whoever sent the present request."""
    return Command(
        id=key,
        subject=about.name,
        actor=actor.person,
        via=actor.border,
        correlationid=key,
        roomid=about.scope,
        traceparent=current(),
        data=msgspec.Raw(msgspec.json.encode(what)),
    )
