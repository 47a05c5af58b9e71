"""Who is asking. A credential only proves who; what they may do is decided by the owner of the facts.

    access token   `Authorization: Bearer`, ES256 JWT of type at+jwt (RFC 9068), 10 minutes
    page cookie    `parlor`, ES256 JWT of type page+jwt, 12 hours, HttpOnly, SameSite=Lax; for SSE and media too

The types are checked, so that neither passes for the other. A cookie counts for a request that changes something only
when its `Origin` is our own: another port of the same host is the same site to a browser, but not to us.
"""

import time
from collections.abc import Callable, Container, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import msgspec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet

from libs.events.fresh import fresh_id
from libs.events.ids import MalformedId, PersonId, checked_id
from libs.service.cannotstart import CannotStart

ALGORITHM = "ES256"
ACCESS_TYPE = "at+jwt"
PAGE_TYPE = "page+jwt"
ACCESS_SECONDS = 600
PAGE_SECONDS = 12 * 60 * 60
COOKIE = "parlor"
LONGEST = 4096
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
PEM_END = b"-----END "


class BadSigningKey(CannotStart):
    """SIGNING_KEY_FILE can't be used."""


class Actor(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who proved who they are. `via` is `token` or `page`; `scope` is what an OAuth client may do for them,
    empty for the person themselves.
    """

    person: PersonId
    via: str
    scope: frozenset[str] = frozenset()

    @property
    def border(self) -> str:
        """The way by which a command of theirs comes over HTTP, as facts say it."""
        return "page" if self.via == "page" else "http"


class Asked(Protocol):
    """What identity looks at in a request; Starlette's Request has it."""

    @property
    def method(self) -> str:
        """`GET`."""

    @property
    def headers(self) -> Mapping[str, str]:
        """Case-insensitive."""

    @property
    def cookies(self) -> Mapping[str, str]:
        """By name."""


def new_signing_key() -> bytes:
    """A P-256 private key as PEM."""
    return ECKey.generate_key("P-256", private=True).as_pem(private=True)


class Keys:
    """The keys in a PEM file: the first one signs, all of them verify, so that a key is changed by putting the new one
    first. A service that only verifies may have public keys.
    """

    def __init__(self, pem: bytes) -> None:
        try:
            self._keys = [_es256(block) for block in _blocks(pem)]
        except (JoseError, ValueError) as fault:
            raise BadSigningKey(f"the signing key is no P-256 key in PEM: {fault}") from fault
        if not self._keys:
            raise BadSigningKey("the signing key file has no key in it")
        self.verifying = KeySet([*self._keys])

    @classmethod
    def read(cls, path: Path) -> "Keys":
        """From SIGNING_KEY_FILE. Raises BadSigningKey."""
        try:
            return cls(path.read_bytes())
        except OSError as fault:
            raise BadSigningKey(f"can't read the signing key {path}: {fault.strerror}") from fault

    @property
    def jwks(self) -> dict[str, Any]:
        """The public halves (RFC 7517), for `/.well-known/jwks.json`."""
        public = [key.as_dict(private=False) for key in self._keys]
        return {"keys": [{**key, "use": "sig", "alg": ALGORITHM} for key in public]}

    def sign(self, kind: str, claims: dict[str, Any]) -> str:
        """A compact JWT. Raises BadSigningKey when the first key is public."""
        key = self._keys[0]
        if not key.is_private:
            raise BadSigningKey("this process has only a public key, it can verify but not sign")
        header = {"alg": ALGORITHM, "typ": kind, "kid": key.kid}
        return jwt.encode(header, claims, key, algorithms=[ALGORITHM])


class Issuer:
    """Makes tokens. `url` is PUBLIC_URL, their issuer and audience; `clock` gives seconds since 1970."""

    def __init__(self, keys: Keys, url: str, clock: Callable[[], float] = time.time) -> None:
        self.url = url.rstrip("/")
        self._keys = keys
        self._clock = clock

    @property
    def jwks(self) -> dict[str, Any]:
        """What others verify with."""
        return self._keys.jwks

    def access_token(self, person: PersonId, client: str = "parlor", scope: Sequence[str] = ()) -> str:
        """10 minutes; `client` and `scope` when an OAuth client acts for the person."""
        claims = self._claims(person, ACCESS_SECONDS) | {"client_id": client, "jti": fresh_id()}
        return self._keys.sign(ACCESS_TYPE, claims | ({"scope": " ".join(scope)} if scope else {}))

    def page_token(self, person: PersonId) -> str:
        """The value of the page cookie."""
        return self._keys.sign(PAGE_TYPE, self._claims(person, PAGE_SECONDS))

    def id_token(self, person: PersonId, client: str, nonce: str | None) -> str:
        """OpenID Connect Core section 2: tells a client who signed in; we take it from nobody."""
        claims = self._claims(person, ACCESS_SECONDS) | {"aud": client} | ({"nonce": nonce} if nonce else {})
        return self._keys.sign("JWT", claims)

    def _claims(self, person: PersonId, life: int) -> dict[str, Any]:
        now = int(self._clock())
        return {"iss": self.url, "aud": self.url, "sub": person, "iat": now, "exp": now + life}


class Verifier:
    """Reads tokens that an Issuer with the same url made. Those of people who are `forgotten` are nobody's."""

    def __init__(
        self,
        keys: Keys,
        url: str,
        clock: Callable[[], float] = time.time,
        forgotten: Container[PersonId] = frozenset(),
    ) -> None:
        self._keys = keys
        self._url = url.rstrip("/")
        self._clock = clock
        self._forgotten = forgotten

    async def who(self, asked: Asked) -> Actor | None:
        """The person behind a request; None when there is no credential, or none that holds."""
        scheme, _, token = asked.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return self.bearer(token.strip())
        cookie = asked.cookies.get(COOKIE)
        if cookie is None or not (asked.method in SAFE or _from_our_page(asked.headers)):
            return None
        claims = self._claims(cookie, PAGE_TYPE)
        return Actor(person=PersonId(claims["sub"]), via="page") if claims else None

    def bearer(self, token: str) -> Actor | None:
        """The person behind an access token."""
        claims = self._claims(token, ACCESS_TYPE)
        if claims is None:
            return None
        return Actor(person=PersonId(claims["sub"]), via="token", scope=frozenset(claims.get("scope", "").split()))

    def _claims(self, token: str, kind: str) -> dict[str, Any] | None:
        if len(token) > LONGEST:
            return None
        rules = jwt.JWTClaimsRegistry(
            now=int(self._clock()),
            iss={"essential": True, "value": self._url},
            aud={"essential": True, "value": self._url},
            exp={"essential": True},
            sub={"essential": True},
        )
        try:
            read = jwt.decode(token, self._keys.verifying, algorithms=[ALGORITHM])
            rules.validate(read.claims)
            checked_id(read.claims["sub"])
        except (JoseError, MalformedId, ValueError, TypeError):
            return None
        if read.header.get("typ") != kind or read.claims["sub"] in self._forgotten:
            return None
        return read.claims


def page_cookie(token: str, *, secure: bool) -> str:
    """A `Set-Cookie` value. `secure` unless the page is on plain http, which is for loopback only."""
    flag = "; Secure" if secure else ""
    return f"{COOKIE}={token}; Path=/; Max-Age={PAGE_SECONDS}; HttpOnly; SameSite=Lax{flag}"


def no_page_cookie(*, secure: bool) -> str:
    """A `Set-Cookie` value that signs the page out."""
    flag = "; Secure" if secure else ""
    return f"{COOKIE}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax{flag}"


def _from_our_page(headers: Mapping[str, str]) -> bool:
    """RFC 6454: browsers send `Origin` with every request that changes something; other programs send none."""
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc == headers.get("host")


def _blocks(pem: bytes) -> list[bytes]:
    lines, blocks, block = pem.splitlines(keepends=True), [], b""
    for line in lines:
        block += line
        if line.startswith(PEM_END):
            blocks.append(block)
            block = b""
    return blocks


def _es256(pem: bytes) -> ECKey:
    key = ECKey.import_key(pem)
    if key.curve_name != "P-256":
        raise ValueError(f"its curve is {key.curve_name}")
    key.ensure_kid()
    return key
