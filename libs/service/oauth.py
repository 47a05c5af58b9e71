"""The one authorization server: OAuth 2.1's authorization code grant with PKCE S256, and refresh with rotation.

Nothing here knows HTTP or a database: `begin` reads what a client asks, `grant` makes a code when the person agrees,
`tokens` redeems codes and refresh tokens. Codes and refresh tokens are 256 random bits, kept as hashes.

Rotation (RFC 9700 section 4.14.2): each refresh token is used once. Used again within GRACE_S it works once more,
because Alexa repeats a request whose answer it missed; later it means that it was stolen, and its whole family is
revoked. A code that is redeemed twice revokes what its first use led to (RFC 6749 section 4.1.2): a family is named
after its code.
"""

import hmac
import re
import secrets
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Protocol
from urllib.parse import urlencode, urlsplit

import msgspec

from libs.events.ids import PersonId
from libs.service.identity import ACCESS_SECONDS, Issuer

SCOPES = ("openid", "listen", "follow")
DEFAULT_SCOPE = "listen"
CODE_S = 60
REFRESH_S = 365 * 24 * 60 * 60
GRACE_S = 10 * 60
CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")


class OAuthError(Exception):
    """RFC 6749 section 5.2 and 4.1.2.1: `error` is one of their codes. With `redirect`, the client is told there;
    without, the person is, because the client can't be trusted.
    """

    def __init__(self, error: str, description: str, status: int = 400, redirect: str | None = None) -> None:
        super().__init__(description)
        self.error = error
        self.status = status
        self.redirect = redirect


class Client(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody's program. `redirect_uris` are compared character by character; no `secret_hash`: a public client."""

    client: str
    name: str
    redirect_uris: tuple[str, ...]
    secret_hash: bytes | None = None


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """A valid authorization request."""

    client: Client
    redirect_uri: str
    scope: tuple[str, ...]
    challenge: str
    state: str | None = None
    nonce: str | None = None


class Code(msgspec.Struct, frozen=True, kw_only=True):
    """What an authorization code stands for. Times are seconds since 1970."""

    client: str
    person: PersonId
    redirect_uri: str
    scope: tuple[str, ...]
    challenge: str
    expires: int
    nonce: str | None = None


class Refresh(msgspec.Struct, frozen=True, kw_only=True):
    """What a refresh token stands for; `used` is when it was first exchanged."""

    family: str
    client: str
    person: PersonId
    scope: tuple[str, ...]
    expires: int
    used: int | None = None


class Tokens(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """RFC 6749 section 5.1."""

    access_token: str
    token_type: str
    expires_in: int
    refresh_token: str
    scope: str
    id_token: str | None = None


class Grants(Protocol):
    """Where clients, codes and refresh tokens are kept; secrets arrive hashed."""

    async def client(self, client: str) -> Client | None:
        """A registered client."""

    async def put_code(self, digest: bytes, code: Code) -> None:
        """Keep a code."""

    async def take_code(self, digest: bytes) -> Code | None:
        """Give a code out and forget it: of two who ask at once, one gets it."""

    async def put_refresh(self, digest: bytes, refresh: Refresh) -> None:
        """Keep a refresh token."""

    async def use_refresh(self, digest: bytes, now: int) -> Refresh | None:
        """The token as it was before this use; if it was unused, it is marked used `now`."""

    async def revoke(self, family: str) -> None:
        """Forget every refresh token of a family."""


class AuthorizationServer:
    """Decides. `clock` gives seconds since 1970."""

    def __init__(self, grants: Grants, issuer: Issuer, clock: Callable[[], float] = time.time) -> None:
        self._grants = grants
        self._issuer = issuer
        self._clock = clock

    async def begin(self, asked: Mapping[str, str]) -> Ask:
        """Read an authorization request. Raises OAuthError."""
        client = await self._grants.client(asked.get("client_id", ""))
        if client is None:
            raise OAuthError("invalid_client", "no client of that name is registered here")
        uri = asked.get("redirect_uri", "")
        if uri not in client.redirect_uris:
            raise OAuthError("invalid_request", f"{client.name} is not registered for this redirect_uri")
        try:
            return _read(asked, client, uri)
        except OAuthError as fault:
            fault.redirect = self._redirect(uri, asked.get("state"), error=fault.error, error_description=str(fault))
            raise

    async def grant(self, ask: Ask, person: PersonId) -> str:
        """The person agrees: the URL that takes the code to the client."""
        secret = secrets.token_urlsafe(32)
        code = Code(
            client=ask.client.client,
            person=person,
            redirect_uri=ask.redirect_uri,
            scope=ask.scope,
            challenge=ask.challenge,
            expires=int(self._clock()) + CODE_S,
            nonce=ask.nonce,
        )
        await self._grants.put_code(_digest(secret), code)
        return self._redirect(ask.redirect_uri, ask.state, code=secret)

    def deny(self, ask: Ask) -> str:
        """The person does not agree: the URL that says so."""
        return self._redirect(ask.redirect_uri, ask.state, error="access_denied")

    async def tokens(self, form: Mapping[str, str], basic: tuple[str, str] | None) -> Tokens:
        """The token endpoint; `basic` is the client's HTTP authentication. Raises OAuthError."""
        client = await self._authenticate(form, basic)
        match form.get("grant_type"):
            case "authorization_code":
                return await self._redeem(client, form)
            case "refresh_token":
                return await self._refresh(client, form)
            case _:
                raise OAuthError("unsupported_grant_type", "grant_type is authorization_code or refresh_token")

    async def revoke(self, form: Mapping[str, str], basic: tuple[str, str] | None) -> None:
        """RFC 7009: forget a refresh token and its family; an unknown token is no error. Raises OAuthError."""
        client = await self._authenticate(form, basic)
        found = await self._grants.use_refresh(_digest(form.get("token", "")), int(self._clock()))
        if found is not None and found.client == client.client:
            await self._grants.revoke(found.family)

    async def _authenticate(self, form: Mapping[str, str], basic: tuple[str, str] | None) -> Client:
        name, secret = basic or (form.get("client_id", ""), form.get("client_secret", ""))
        client = await self._grants.client(name)
        expected = client.secret_hash if client else b""
        if client is None or (expected is not None and not hmac.compare_digest(_digest(secret), expected)):
            raise OAuthError("invalid_client", "unknown client or wrong secret", 401)
        return client

    async def _redeem(self, client: Client, form: Mapping[str, str]) -> Tokens:
        digest = _digest(form.get("code", ""))
        code = await self._grants.take_code(digest)
        if code is None:
            await self._grants.revoke(digest.hex())
            raise OAuthError("invalid_grant", "the code is unknown, expired or was used before")
        if code.client != client.client or code.redirect_uri != form.get("redirect_uri"):
            raise OAuthError("invalid_grant", "the code was made for another client or redirect_uri")
        if code.expires <= self._clock():
            raise OAuthError("invalid_grant", "the code is unknown, expired or was used before")
        if not hmac.compare_digest(s256(form.get("code_verifier", "")), code.challenge):
            raise OAuthError("invalid_grant", "the code_verifier does not fit the code_challenge")
        kept = Refresh(
            family=digest.hex(),
            client=client.client,
            person=code.person,
            scope=code.scope,
            expires=int(self._clock()) + REFRESH_S,
        )
        return await self._issue(kept, code.nonce)

    async def _refresh(self, client: Client, form: Mapping[str, str]) -> Tokens:
        now = int(self._clock())
        kept = await self._grants.use_refresh(_digest(form.get("refresh_token", "")), now)
        if kept is None or kept.client != client.client or kept.expires <= now:
            raise OAuthError("invalid_grant", "the refresh token is unknown, expired or revoked")
        if kept.used is not None and now - kept.used > GRACE_S:
            await self._grants.revoke(kept.family)
            raise OAuthError("invalid_grant", "the refresh token was used before; the link must be made anew")
        return await self._issue(msgspec.structs.replace(kept, expires=now + REFRESH_S, used=None), None)

    async def _issue(self, refresh: Refresh, nonce: str | None) -> Tokens:
        secret = secrets.token_urlsafe(32)
        await self._grants.put_refresh(_digest(secret), refresh)
        person, client = refresh.person, refresh.client
        return Tokens(
            access_token=self._issuer.access_token(person, client, refresh.scope),
            token_type="Bearer",  # noqa: S106  # RFC 6750, not a secret
            expires_in=ACCESS_SECONDS,
            refresh_token=secret,
            scope=" ".join(refresh.scope),
            id_token=self._issuer.id_token(person, client, nonce) if "openid" in refresh.scope else None,
        )

    def _redirect(self, uri: str, state: str | None, **said: str) -> str:
        """RFC 9207: `iss` says which server answers."""
        query = urlencode(said | ({"state": state} if state is not None else {}) | {"iss": self._issuer.url})
        return f"{uri}{'&' if urlsplit(uri).query else '?'}{query}"


def s256(verifier: str) -> str:
    """RFC 7636 section 4.2."""
    return urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _read(asked: Mapping[str, str], client: Client, uri: str) -> Ask:
    if asked.get("response_type") != "code":
        raise OAuthError("unsupported_response_type", "response_type is code")
    challenge = asked.get("code_challenge", "")
    if asked.get("code_challenge_method") != "S256" or CHALLENGE.fullmatch(challenge) is None:
        raise OAuthError("invalid_request", "PKCE is needed: code_challenge with code_challenge_method=S256")
    scope = tuple(dict.fromkeys(asked.get("scope", "").split())) or (DEFAULT_SCOPE,)
    if not set(scope) <= set(SCOPES):
        raise OAuthError("invalid_scope", f"scopes are {', '.join(SCOPES)}")
    return Ask(
        client=client,
        redirect_uri=uri,
        scope=scope,
        challenge=challenge,
        state=asked.get("state"),
        nonce=asked.get("nonce"),
    )


def _digest(secret: str) -> bytes:
    return sha256(secret.encode()).digest()
