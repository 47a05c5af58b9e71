"""The authorization server, asked by an independent client (Authlib), and by clients that do wrong."""

import asyncio
import re
import warnings
from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import httpx
import pytest
from authlib.deprecate import AuthlibDeprecationWarning
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata
from fastapi import FastAPI
from joserfc import jwt
from joserfc.jwk import KeySet

from libs.events.ids import PersonId
from libs.service.http_app import build_app
from libs.service.http_identity import sign_in_router
from libs.service.http_limits import Limits
from libs.service.http_oauth import oauth_router
from libs.service.identity import Issuer, Keys, Verifier, new_signing_key
from libs.service.oauth import GRACE_S, AuthorizationServer, Client, s256
from libs.service.oauth_memory import MemoryGrants
from libs.service.origins import IdentitySettings

URL = "https://localhost:8443"
BACK = "https://alexa.example/link?vendor=7"
SECRET = "a secret of Alexa's"
ALEXA = Client(client="alexa", name="Alexa", redirect_uris=(BACK,), secret_hash=sha256(SECRET.encode()).digest())
PAGE = Client(client="page", name="a page", redirect_uris=("http://localhost:9/back",))
VERIFIER = "v" * 43
ASKED = {
    "response_type": "code",
    "client_id": "alexa",
    "redirect_uri": BACK,
    "scope": "listen",
    "state": "s&1",
    "code_challenge": s256(VERIFIER),
    "code_challenge_method": "S256",
}
KEYS = Keys(new_signing_key())


class Clock:
    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


class Names:
    """People who are called what their id says."""

    async def by_name(self, name: str) -> PersonId:
        return PersonId(name.lower() * 4)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def build(clock: Clock, **settings: Any) -> FastAPI:
    chosen = IdentitySettings(signing_key_file=Path("unused"), **settings)
    issuer, verifier = Issuer(KEYS, URL, clock), Verifier(KEYS, URL, clock)
    server = AuthorizationServer(MemoryGrants([ALEXA, PAGE]), issuer, clock)
    routers = [
        oauth_router(server, Names(), issuer, verifier, chosen),
        sign_in_router(Names(), issuer, verifier, chosen),
    ]
    return build_app(routers, asyncio.Event(), Limits(rate=0))


@pytest.fixture
def app(clock: Clock) -> FastAPI:
    return build(clock)


@pytest.fixture
async def browser(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=URL) as browser:
        yield browser


def independent_client(app: FastAPI) -> Any:
    with warnings.catch_warnings():  # Authlib wants the successor of httpx, which FastAPI's world has not
        warnings.simplefilter("ignore", AuthlibDeprecationWarning)
        from authlib.integrations.httpx_client import AsyncOAuth2Client
    transport = httpx.ASGITransport(app)
    how = {"redirect_uri": BACK, "scope": "openid listen", "code_challenge_method": "S256", "transport": transport}
    return AsyncOAuth2Client("alexa", SECRET, **how)


async def allow(browser: httpx.AsyncClient, asked: dict[str, str] | None = None) -> dict[str, str]:
    """Press the button as ana; what the client is told in its redirect."""
    pressed = await browser.post("/oauth/authorize", data=(asked or ASKED) | {"name": "ana", "decision": "allow"})
    assert pressed.status_code == 303, pressed.text
    return dict(parse_qsl(urlsplit(pressed.headers["location"]).query))


async def redeem(browser: httpx.AsyncClient, code: str, **other: str) -> httpx.Response:
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK, "code_verifier": VERIFIER}
    return await browser.post("/oauth/token", data=form | other, auth=("alexa", SECRET))


async def refresh(browser: httpx.AsyncClient, token: str) -> httpx.Response:
    form = {"grant_type": "refresh_token", "refresh_token": token}
    return await browser.post("/oauth/token", data=form, auth=("alexa", SECRET))


def error(response: httpx.Response) -> tuple[int, str]:
    assert response.headers["cache-control"] == "no-store"
    return response.status_code, response.json()["error"]


async def test_an_independent_client_links_and_refreshes(app: FastAPI, browser: httpx.AsyncClient) -> None:
    async with independent_client(app) as alexa:
        where, state = alexa.create_authorization_url(f"{URL}/oauth/authorize", code_verifier=VERIFIER, nonce="n1")
        page = await browser.get(where)
        hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text.replace("&amp;", "&")))
        pressed = await browser.post("/oauth/authorize", data=hidden | {"name": "ana", "decision": "allow"})
        tokens = await alexa.fetch_token(
            f"{URL}/oauth/token",
            authorization_response=pressed.headers["location"],
            code_verifier=VERIFIER,
            state=state,
        )
        again = await alexa.refresh_token(f"{URL}/oauth/token")
        me = await alexa.get(f"{URL}/api/me")

    jwks = KeySet.import_key_set((await browser.get("/.well-known/jwks.json")).json())
    told = jwt.decode(tokens["id_token"], jwks, algorithms=["ES256"]).claims

    assert (told["sub"], told["aud"], told["nonce"]) == ("anaanaanaana", "alexa", "n1")
    assert again["refresh_token"] != tokens["refresh_token"]
    assert tokens["expires_in"] >= 360  # Alexa's least
    assert me.json() == {"person": "anaanaanaana", "via": "token"}


async def test_the_discovery_document_is_one_that_authlib_accepts(browser: httpx.AsyncClient) -> None:
    document = (await browser.get("/.well-known/openid-configuration")).json()

    AuthorizationServerMetadata(document).validate()
    assert document["issuer"] == URL
    assert document["id_token_signing_alg_values_supported"] == ["ES256"]


async def test_the_answer_keeps_the_query_the_state_and_says_who_answers(browser: httpx.AsyncClient) -> None:
    pressed = await browser.post("/oauth/authorize", data=ASKED | {"name": "ana", "decision": "allow"})
    where = pressed.headers["location"]

    assert where.startswith(BACK)
    assert {key: parse_qs(urlsplit(where).query)[key] for key in ("vendor", "state", "iss")} == {
        "vendor": ["7"],
        "state": ["s&1"],
        "iss": [URL],
    }


async def test_who_says_no_gives_nothing(browser: httpx.AsyncClient) -> None:
    pressed = await browser.post("/oauth/authorize", data=ASKED | {"decision": "deny"})

    assert "error=access_denied" in pressed.headers["location"]
    assert "code=" not in pressed.headers["location"]


async def test_the_page_cannot_be_framed_and_repeats_nothing_unescaped(browser: httpx.AsyncClient) -> None:
    page = await browser.get("/oauth/authorize", params=ASKED | {"state": '"><script>alert(1)</script>'})

    assert page.headers["x-frame-options"] == "DENY"
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert "<script>" not in page.text


async def test_a_person_who_is_signed_in_only_presses_the_button(browser: httpx.AsyncClient) -> None:
    await browser.post("/api/sign-in", json={"name": "ben"})
    page = await browser.get("/oauth/authorize", params=ASKED)
    pressed = await browser.post("/oauth/authorize", data=ASKED | {"decision": "allow"})

    assert 'name="name"' not in page.text
    assert "code=" in pressed.headers["location"]


async def test_a_form_from_elsewhere_is_not_the_person(browser: httpx.AsyncClient) -> None:
    await browser.post("/api/sign-in", json={"name": "ben"})
    elsewhere = {"Origin": "https://evil.example"}
    pressed = await browser.post("/oauth/authorize", data=ASKED | {"decision": "allow"}, headers=elsewhere)
    named = await browser.post("/oauth/authorize", data=ASKED | {"name": "ana", "decision": "allow"}, headers=elsewhere)

    assert (pressed.status_code, named.status_code) == (401, 401)


async def test_without_sign_in_by_name_a_name_is_not_enough(clock: Clock) -> None:
    app = build(clock, sign_in_by_name=False)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=URL) as browser:
        page = await browser.get("/oauth/authorize", params=ASKED)
        pressed = await browser.post("/oauth/authorize", data=ASKED | {"name": "ana", "decision": "allow"})
        signed = await browser.post("/api/sign-in", json={"name": "ana"})

    assert "<form" not in page.text
    assert pressed.status_code == 401
    assert signed.status_code == 404


@pytest.mark.parametrize("wrong", [{"client_id": "nobody"}, {"redirect_uri": "https://alexa.example/link"}])
async def test_a_client_that_cannot_be_trusted_is_told_nothing(
    browser: httpx.AsyncClient, wrong: dict[str, str]
) -> None:
    page = await browser.get("/oauth/authorize", params=ASKED | wrong)

    assert page.status_code == 400
    assert "location" not in page.headers


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"code_challenge": ""}, "invalid_request"),
        ({"code_challenge": "é" * 43}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"scope": "everything"}, "invalid_scope"),
    ],
)
async def test_a_wrong_request_is_told_to_its_client(
    browser: httpx.AsyncClient, wrong: dict[str, str], told: str
) -> None:
    response = await browser.get("/oauth/authorize", params=ASKED | wrong)

    assert parse_qs(urlsplit(response.headers["location"]).query)["error"] == [told]


async def test_a_parameter_that_comes_twice_is_wrong(browser: httpx.AsyncClient) -> None:
    page = await browser.get(f"/oauth/authorize?{httpx.QueryParams(ASKED)}&client_id=alexa")

    assert page.status_code == 400


async def test_a_code_needs_its_own_client_redirect_and_verifier(browser: httpx.AsyncClient) -> None:
    wrong: tuple[dict[str, str], ...] = ({"redirect_uri": "https://x"}, {"code_verifier": "w" * 43}, {"code": "x"})
    for other in wrong:
        code = (await allow(browser))["code"]
        assert error(await redeem(browser, **({"code": code} | other))) == (400, "invalid_grant")


async def test_a_code_lives_a_minute(browser: httpx.AsyncClient, clock: Clock) -> None:
    code = (await allow(browser))["code"]
    clock.now += 61

    assert error(await redeem(browser, code)) == (400, "invalid_grant")


async def test_a_code_used_twice_ends_what_its_first_use_gave(browser: httpx.AsyncClient) -> None:
    code = (await allow(browser))["code"]
    tokens = (await redeem(browser, code)).json()

    assert error(await redeem(browser, code)) == (400, "invalid_grant")
    assert error(await refresh(browser, tokens["refresh_token"])) == (400, "invalid_grant")


async def test_a_wrong_secret_is_401(browser: httpx.AsyncClient) -> None:
    form = {"grant_type": "refresh_token", "refresh_token": "x"}
    for auth in (("alexa", "wrong"), ("alexa", ""), ("nobody", "")):
        response = await browser.post("/oauth/token", data=form, auth=auth)
        assert error(response) == (401, "invalid_client")
        assert response.headers["www-authenticate"].startswith("Basic")


async def test_a_public_client_needs_no_secret_but_pkce(browser: httpx.AsyncClient) -> None:
    back = PAGE.redirect_uris[0]
    code = (await allow(browser, ASKED | {"client_id": "page", "redirect_uri": back}))["code"]
    form = {"grant_type": "authorization_code", "client_id": "page", "code": code, "redirect_uri": back}
    without = await browser.post("/oauth/token", data=form)

    assert error(without) == (400, "invalid_grant")


async def test_a_refresh_token_works_again_only_for_a_moment(browser: httpx.AsyncClient, clock: Clock) -> None:
    first = (await redeem(browser, (await allow(browser))["code"])).json()["refresh_token"]
    second = (await refresh(browser, first)).json()["refresh_token"]
    clock.now += GRACE_S - 1
    third = (await refresh(browser, first)).json()["refresh_token"]  # Alexa missed the answer and repeats
    clock.now += 2

    assert error(await refresh(browser, first)) == (400, "invalid_grant")
    for stolen in (second, third):
        assert error(await refresh(browser, stolen)) == (400, "invalid_grant")


async def test_a_revoked_token_refreshes_nothing(browser: httpx.AsyncClient) -> None:
    token = (await redeem(browser, (await allow(browser))["code"])).json()["refresh_token"]
    revoked = await browser.post("/oauth/revoke", data={"token": token}, auth=("alexa", SECRET))
    unknown = await browser.post("/oauth/revoke", data={"token": "x"}, auth=("alexa", SECRET))

    assert (revoked.status_code, unknown.status_code) == (200, 200)
    assert error(await refresh(browser, token)) == (400, "invalid_grant")


async def test_a_client_may_do_only_what_it_was_allowed(browser: httpx.AsyncClient) -> None:
    token = (await redeem(browser, (await allow(browser))["code"])).json()["access_token"]
    me = await browser.get("/api/me", headers={"Authorization": f"Bearer {token}"})

    assert (me.status_code, me.json()["code"]) == (403, "insufficient-scope")


async def test_the_token_endpoint_takes_forms_only(browser: httpx.AsyncClient) -> None:
    response = await browser.post("/oauth/token", json={"grant_type": "password"}, auth=("alexa", SECRET))
    password = await browser.post("/oauth/token", data={"grant_type": "password"}, auth=("alexa", SECRET))

    assert error(response) == (400, "invalid_request")
    assert error(password) == (400, "unsupported_grant_type")


async def test_signing_in_sets_the_cookie_and_signing_out_takes_it(browser: httpx.AsyncClient) -> None:
    signed = await browser.post("/api/sign-in", json={"name": "ana"})
    before = await browser.get("/api/me")
    bearer = {"Authorization": f"Bearer {signed.json()['access_token']}"}
    await browser.post("/api/sign-out")
    after = await browser.get("/api/me")

    assert before.json() == {"person": "anaanaanaana", "via": "page"}
    assert after.status_code == 401
    assert (await browser.get("/api/me", headers=bearer)).json()["via"] == "token"


@pytest.mark.parametrize("name", ["", " ana", "a" * 41])
async def test_a_name_that_is_none_is_refused(browser: httpx.AsyncClient, name: str) -> None:
    assert (await browser.post("/api/sign-in", json={"name": name})).status_code == 422
