"""RFC 9725 and the WHEP draft as HTTP: every status that a client may count on."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from libs.events.ids import PersonId
from libs.events.media import SourceRegistered
from parlor.embedded.nats import NatsServer
from services.media.transport.fragment import read_fragment
from tests.integration.media.station import ANA
from tests.integration.media.webrtc import BEN, FRAGMENT, JAZZ, SDP, Stage, on_stage
from tests.unit.media.transport.client import offered

SENDS, HEARS = offered("chromium-sends"), offered("chromium-hears")
CARLO = PersonId("carlocarlocarlo")
KINDS = [("whip", SENDS), ("whep", HEARS)]

CANDIDATES = (
    "a=ice-ufrag:9Lr0\r\na=ice-pwd:wHutproT5fg8IWGWdY62kf1F\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\n"
    "a=candidate:1 1 udp 2122260223 192.0.2.1 61764 typ host generation 0\r\na=end-of-candidates\r\n"
)
RESTART = CANDIDATES.replace("9Lr0", "Ne4w").replace("wHutproT5fg8IWGWdY62kf1F", "aNewPasswordOfTheBrowser1")


@pytest.fixture
async def stage(nats_server: NatsServer, tmp_path: Path) -> AsyncIterator[Stage]:
    servers = ("stun:stun.example.net", "turn:turn.example.net:3478?transport=udp")
    async with on_stage(nats_server, tmp_path, ice_servers=servers) as stage:
        yield stage


async def session(stage: Stage, person: PersonId = ANA, kind: str = "whip", sdp: str = SENDS) -> tuple[str, str]:
    """The path and the entity tag of a new one."""
    answered = await stage.post(kind, person, sdp)
    assert answered.status_code == 201, answered.text
    return answered.headers["location"], answered.headers["etag"]


async def patch(stage: Stage, path: str, content: str, person: PersonId = ANA, **headers: str) -> tuple[int, str]:
    """Status and problem of a patch."""
    named = {"Content-Type": FRAGMENT} | {name.replace("_", "-"): value for name, value in headers.items()}
    answered = await stage.ask("PATCH", path, person, named, content)
    return answered.status_code, answered.json()["code"] if answered.status_code >= 400 else ""


@pytest.mark.parametrize(("kind", "sdp"), KINDS)
async def test_an_offer_is_answered_with_201_and_a_place(stage: Stage, kind: str, sdp: str) -> None:
    answered = await stage.post(kind, BEN, sdp)
    assert answered.status_code == 201
    assert answered.headers["content-type"] == SDP
    assert answered.headers["location"].startswith(f"/{kind}/{JAZZ}/")
    assert answered.headers["etag"].startswith('"')
    assert answered.headers["accept-patch"] == FRAGMENT
    assert answered.headers["access-control-allow-origin"] == "*"
    assert answered.headers.get_list("link") == [
        '<stun:stun.example.net>; rel="ice-server"',
        '<turn:turn.example.net:3478?transport=udp>; rel="ice-server"',
    ]
    host, port = stage.mixer.address
    assert f"udp 2130706431 {host} {port} typ host" in answered.text
    assert f"tcp 1671430143 {host} {port} typ host tcptype passive" in answered.text


@pytest.mark.parametrize("kind", ["whip", "whep"])
async def test_options_tell_what_may_be_sent(stage: Stage, kind: str) -> None:
    told = await stage.client.options(stage.url(kind))
    assert (told.status_code, told.headers["accept-post"], told.content) == (200, SDP, b"")
    assert "PATCH" in told.headers["access-control-allow-methods"]
    assert "Authorization" in told.headers["access-control-allow-headers"]
    assert "Location" in told.headers["access-control-expose-headers"]
    told = await stage.client.options(stage.url(kind) + "/aaaaaaaaaaaaaaaa")
    assert (told.status_code, told.headers["accept-patch"]) == (200, FRAGMENT)


async def test_nobody_comes_in_without_saying_who_they_are(stage: Stage) -> None:
    for method in ("POST", "PATCH", "DELETE", "GET", "HEAD"):
        url = stage.url("whip") + ("" if method == "POST" else "/aaaaaaaaaaaaaaaa")
        refused = await stage.client.request(method, url, headers={"Content-Type": SDP})
        assert refused.status_code == 401
        assert refused.headers["www-authenticate"] == "Bearer"
        assert refused.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize("kind", ["whip", "whep"])
async def test_only_who_sits_on_the_stage_may(stage: Stage, kind: str) -> None:
    refused = await stage.post(kind, CARLO, dict(KINDS)[kind])
    assert (refused.status_code, refused.json()["code"]) == (409, "not-seated")


async def test_noise_suppression_is_asked_for_in_the_url(stage: Stage) -> None:
    asked = await stage.client.post(
        stage.url("whip") + "?denoise=1", content=SENDS, headers=stage.bearer(ANA) | {"Content-Type": SDP}
    )
    assert asked.status_code == 201
    (registered,) = [fact for fact in await stage.said() if isinstance(fact, SourceRegistered)]
    assert registered.noise_suppression


async def test_a_room_that_nobody_opened_is_not_found(stage: Stage) -> None:
    headers = stage.bearer(ANA) | {"Content-Type": SDP}
    refused = await stage.client.post(stage.url("whip", "nosuchroomatall"), content=SENDS, headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (404, "no-such-room")


@pytest.mark.parametrize(
    ("sdp", "status", "code"),
    [
        ("hello", 400, "malformed-sdp"),
        ("v=0\r\n", 422, "offer-unfit"),
        (SENDS.replace("opus", "opux"), 422, "offer-unfit"),
        (HEARS, 422, "offer-unfit"),
        (SENDS + "a=x\r\n" * 2_000, 400, "malformed-sdp"),
        ("a=x\r\n" * 60_000, 413, "content-too-large"),
    ],
)
async def test_an_offer_that_is_none_is_refused(stage: Stage, sdp: str, status: int, code: str) -> None:
    refused = await stage.post("whip", ANA, sdp)
    assert (refused.status_code, refused.json()["code"]) == (status, code)


async def test_other_types_and_encodings_are_refused(stage: Stage) -> None:
    headers = stage.bearer(ANA)
    for content_type in ({}, {"Content-Type": "application/json"}):
        refused = await stage.client.post(stage.url("whip"), content=SENDS, headers=headers | content_type)
        assert (refused.status_code, refused.json()["code"]) == (415, "unsupported-media-type")
    refused = await stage.client.post(stage.url("whip"), content=b"\xff", headers=headers | {"Content-Type": SDP})
    assert (refused.status_code, refused.json()["code"]) == (400, "malformed-sdp")
    refused = await stage.post("whip", ANA, SENDS, Accept="application/json")
    assert (refused.status_code, refused.json()["code"]) == (406, "not-acceptable")
    assert (await stage.post("whip", ANA, SENDS, Accept="text/html, application/sdp;q=0.5")).status_code == 201
    refused = await stage.client.put(stage.url("whip"), content=SENDS, headers=headers)
    assert refused.status_code == 405


@pytest.mark.parametrize(("kind", "sdp"), KINDS)
async def test_candidates_are_taken_with_204_and_without_an_entity_tag(stage: Stage, kind: str, sdp: str) -> None:
    path, etag = await session(stage, kind=kind, sdp=sdp)
    theirs = CANDIDATES if kind == "whip" else CANDIDATES.replace("9Lr0", "qkt5")
    theirs = theirs if kind == "whip" else theirs.replace("wHutproT5fg8IWGWdY62kf1F", "/Wue0uCN7mPV2wHSC4GSMMmk")
    headers = {"Content-Type": FRAGMENT, "If-Match": etag}
    taken = await stage.ask("PATCH", path, ANA, headers, theirs)
    assert (taken.status_code, taken.content) == (204, b"")
    assert "etag" not in taken.headers


async def test_a_patch_says_which_ice_session_it_is_about(stage: Stage) -> None:
    path, etag = await session(stage)
    assert await patch(stage, path, CANDIDATES) == (428, "entity-tag-needed")
    assert await patch(stage, path, CANDIDATES, If_Match='"another"') == (412, "entity-tag-old")
    assert await patch(stage, path, CANDIDATES, If_Match=etag) == (204, "")
    assert await patch(stage, path, RESTART, If_Match=etag) == (422, "restart-apart")
    assert await patch(stage, path, "a=candidate:1\r\n", If_Match=etag) == (422, "offer-unfit")
    assert await patch(stage, path, "nonsense", If_Match=etag) == (400, "malformed-sdp")
    assert (await stage.ask("PATCH", path, ANA, {"Content-Type": SDP}, CANDIDATES)).status_code == 415


async def test_an_ice_restart_gives_new_credentials_and_a_new_entity_tag(stage: Stage) -> None:
    path, etag = await session(stage)
    again = await stage.ask("PATCH", path, ANA, {"Content-Type": FRAGMENT, "If-Match": "*"}, RESTART)
    assert (again.status_code, again.headers["content-type"]) == (200, FRAGMENT)
    assert again.headers["etag"] not in (etag, "")
    fragment = read_fragment(again.text)
    assert f'"{fragment.credentials.ufrag}"' == again.headers["etag"]
    assert fragment.candidates == 2
    assert await patch(stage, path, CANDIDATES, If_Match=etag) == (412, "entity-tag-old")
    assert await patch(stage, path, RESTART, If_Match=again.headers["etag"]) == (204, "")


async def test_a_session_is_its_persons_and_the_hosts(stage: Stage) -> None:
    path, etag = await session(stage, BEN)
    carlos = await stage.ask("DELETE", path, CARLO)
    assert (carlos.status_code, carlos.json()["code"]) == (403, "not-your-source")
    assert await patch(stage, path, CANDIDATES, CARLO, If_Match=etag) == (403, "not-your-source")
    assert (await stage.ask("GET", path, BEN)).status_code == 204
    assert (await stage.ask("DELETE", path, ANA)).status_code == 200
    assert (await stage.ask("DELETE", path, BEN)).status_code == 404


async def test_a_session_is_looked_at_without_content_and_known_in_its_own_half_only(stage: Stage) -> None:
    path, _ = await session(stage)
    for method in ("GET", "HEAD"):
        seen = await stage.ask(method, path, ANA)
        assert (seen.status_code, seen.content) == (204, b"")
    other = path.replace("whip", "whep")
    assert (await stage.ask("GET", other, ANA)).json()["code"] == "no-such-session"
    assert (await stage.ask("GET", f"/whip/{JAZZ}/aaaaaaaaaaaaaaaa", ANA)).status_code == 404


async def test_the_same_request_again_gets_the_same_answer(stage: Stage) -> None:
    first = await stage.post("whip", ANA, SENDS, Idempotency_Key="once")
    again = await stage.post("whip", ANA, SENDS, Idempotency_Key="once")
    assert (first.headers["location"], first.text) == (again.headers["location"], again.text)


async def test_all_of_it_stands_in_the_openapi_document(stage: Stage) -> None:
    document = (await stage.client.get(stage.station.url + "/api/openapi.json")).json()
    for kind in ("whip", "whep"):
        assert set(document["paths"][f"/{kind}/{{room}}"]) == {"options", "post"}
        assert {"patch", "delete", "get", "head"} <= set(document["paths"][f"/{kind}/{{room}}/{{session}}"])
        post = document["paths"][f"/{kind}/{{room}}"]["post"]
        assert SDP in post["requestBody"]["content"]
        assert SDP in post["responses"]["201"]["content"]
        assert post["security"]
