"""The authorization server's routes: `/oauth/authorize`, `/oauth/token`, `/oauth/revoke`, and the two well-known ones.

A person agrees on a page of ours, once per client and link. The page can't be framed, and its form counts only from
our own origin. Where signing in by name is allowed, the same page asks for the name.
"""

from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Mapping
from html import escape
from typing import Any
from urllib.parse import parse_qsl, unquote_plus, urlsplit

import msgspec
from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from libs.events.ids import PersonId
from libs.service.http import answer
from libs.service.http_identity import PRIVATE, NotSignedIn, People, SignIn
from libs.service.identity import Issuer, Verifier, page_cookie
from libs.service.oauth import SCOPES, Ask, AuthorizationServer, OAuthError
from libs.service.origins import IdentitySettings

FORM = "application/x-www-form-urlencoded"
WORDS = {"openid": "know who you are", "listen": "play rooms for you", "follow": "follow programmes for you"}
PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>body{{font:1.1rem/1.5 system-ui,sans-serif;max-width:28rem;margin:3rem auto;padding:0 1rem}}
button,input{{font:inherit;padding:.5rem 1rem}}</style>
<main><h1>{title}</h1>{content}</main></html>
"""
CLOSED = {
    **PRIVATE,
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
}


def oauth_router(
    server: AuthorizationServer, people: People, issuer: Issuer, verifier: Verifier, settings: IdentitySettings
) -> APIRouter:
    """Everything that a client (Alexa's account linking, a page, a command) needs to act for a person."""
    router = APIRouter(tags=["oauth"])
    desk = _Desk(server, people, issuer, verifier, settings)
    router.get("/oauth/authorize", response_class=HTMLResponse)(desk.show)
    router.post("/oauth/authorize", response_class=HTMLResponse)(desk.decide)
    router.post("/oauth/token")(desk.token)
    router.post("/oauth/revoke")(desk.revoke)
    public = {"Cache-Control": "public, max-age=300"}

    @router.get("/.well-known/openid-configuration")
    async def configuration() -> Response:
        return answer(discovery(issuer.url), headers=public)

    @router.get("/.well-known/jwks.json")
    async def keys() -> Response:
        return answer(issuer.jwks, headers=public)

    return router


def discovery(url: str) -> dict[str, Any]:
    """RFC 8414 and RFC 9207, in the place of OpenID Connect Discovery 1.0, whose only rule that we do not keep is that
    RS256 has to be offered: all our tokens are ES256.
    """
    return {
        "issuer": url,
        "authorization_endpoint": f"{url}/oauth/authorize",
        "token_endpoint": f"{url}/oauth/token",
        "revocation_endpoint": f"{url}/oauth/revoke",
        "jwks_uri": f"{url}/.well-known/jwks.json",
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
        "scopes_supported": list(SCOPES),
        "authorization_response_iss_parameter_supported": True,
    }


class _Desk:
    def __init__(
        self,
        server: AuthorizationServer,
        people: People,
        issuer: Issuer,
        verifier: Verifier,
        settings: IdentitySettings,
    ) -> None:
        self._server = server
        self._people = people
        self._issuer = issuer
        self._verifier = verifier
        self._settings = settings

    async def show(self, request: Request) -> Response:
        """The page on which the person agrees."""
        try:
            asked = _once(request.url.query)
            ask = await self._server.begin(asked)
        except OAuthError as fault:
            return _told(fault)
        return self._page(asked, ask, await self._verifier.who(request) is not None)

    async def decide(self, request: Request) -> Response:
        """The person said yes or no."""
        try:
            asked = _once(await _form(request))
            ask = await self._server.begin(asked)
        except OAuthError as fault:
            return _told(fault)
        if asked.get("decision") != "allow":
            return _go(self._server.deny(ask))
        person, cookie = await self._person(request, asked)
        going = _go(await self._server.grant(ask, person))
        if cookie is not None:
            going.headers["Set-Cookie"] = cookie
        return going

    async def token(self, request: Request) -> Response:
        """RFC 6749 section 3.2."""
        try:
            return answer(await self._server.tokens(_once(await _form(request)), _basic(request)), headers=PRIVATE)
        except OAuthError as fault:
            return _error(fault)

    async def revoke(self, request: Request) -> Response:
        """RFC 7009."""
        try:
            await self._server.revoke(_once(await _form(request)), _basic(request))
        except OAuthError as fault:
            return _error(fault)
        return Response(headers=PRIVATE)

    async def _person(self, request: Request, asked: Mapping[str, str]) -> tuple[PersonId, str | None]:
        if self._settings.sign_in_by_name and "name" in asked and _same_origin(request):
            try:
                named = msgspec.convert({"name": asked["name"]}, SignIn)
            except msgspec.ValidationError as fault:
                raise NotSignedIn(f"that name can't be used: {fault}") from fault
            person = await self._people.by_name(named.name)
            secure = self._settings.secure_cookies
            return person, page_cookie(self._issuer.page_token(person), secure=secure)
        who = await self._verifier.who(request)
        if who is None:
            raise NotSignedIn("sign in on the page first, then begin anew")
        return who.person, None

    def _page(self, asked: Mapping[str, str], ask: Ask, known: bool) -> Response:  # noqa: FBT001  # private
        hidden = "".join(
            f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in asked.items()
        )
        wishes = "".join(f"<li>{WORDS[scope]}</li>" for scope in ask.scope)
        field = ""
        if not known and not self._settings.sign_in_by_name:
            content = f'<p>Sign in on <a href="{escape(self._settings.page_url)}">Parlor</a> first, then come back.</p>'
        else:
            if not known:
                field = '<p><label>Your name <input name="name" required maxlength="40" autofocus></label></p>'
            content = (
                f"<p>It wants to:</p><ul>{wishes}</ul>"
                f'<form method="post" action="/oauth/authorize">{hidden}{field}'
                '<button name="decision" value="allow">Allow</button> '
                '<button name="decision" value="deny" formnovalidate>No</button></form>'
            )
        title = f"Link {escape(ask.client.name)} to Parlor"
        target = urlsplit(ask.redirect_uri)
        policy = (
            "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; "
            f"form-action 'self' {target.scheme}://{target.netloc}"
        )
        headers = {**CLOSED, "Content-Security-Policy": policy}
        return HTMLResponse(PAGE.format(title=title, content=content), headers=headers)


def _go(url: str) -> Response:
    return RedirectResponse(url, 303, CLOSED)


def _told(fault: OAuthError) -> Response:
    """To the client when that is safe, else to the person."""
    if fault.redirect is not None:
        return _go(fault.redirect)
    content = f"<p>{escape(str(fault))}.</p>"
    headers = {**CLOSED, "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}
    return HTMLResponse(PAGE.format(title="This link does not work", content=content), 400, headers)


def _error(fault: OAuthError) -> Response:
    headers = dict(PRIVATE) | ({"WWW-Authenticate": 'Basic realm="oauth"'} if fault.status == 401 else {})
    return answer({"error": fault.error, "error_description": str(fault)}, fault.status, headers)


async def _form(request: Request) -> str:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        raise OAuthError("invalid_request", f"the body is {FORM}")
    return (await request.body()).decode("utf-8", "replace")


def _once(query: str) -> dict[str, str]:
    """RFC 6749 section 3.1: no parameter twice; empty ones count as absent."""
    pairs = parse_qsl(query)
    asked = dict(pairs)
    if len(asked) != len(pairs):
        raise OAuthError("invalid_request", "a parameter was sent twice")
    return asked


def _basic(request: Request) -> tuple[str, str] | None:
    """RFC 6749 section 2.3.1: both parts are form-encoded before base64."""
    scheme, _, rest = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, _, secret = b64decode(rest, validate=True).decode().partition(":")
    except (NotBase64, UnicodeDecodeError) as fault:
        raise OAuthError("invalid_client", "the Authorization header can't be read", 401) from fault
    return unquote_plus(name), unquote_plus(secret)


def _same_origin(request: Request) -> bool:
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")
