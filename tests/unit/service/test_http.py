"""Bodies, answers, problems, headers and limits at the HTTP border, on a real FastAPI app without a socket."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, ClassVar

import httpx
import jsonschema
import msgspec
import pytest
from fastapi import APIRouter, Depends, FastAPI, Response

from libs.events.ids import CommandId, Position
from libs.events.log import LogUnavailable
from libs.events.refusal import Refusal
from libs.service.broker import Unanswered
from libs.service.caughtup import CaughtUp
from libs.service.http import answer, answers, body
from libs.service.http_app import build_app
from libs.service.http_headers import idempotency_key, if_match, parlor_after
from libs.service.http_limits import Buckets, Limits

FOLD = CaughtUp()


class Invite(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    person: Annotated[str, msgspec.Meta(min_length=10)]
    seats: int = 1


class Invited(msgspec.Struct, frozen=True):
    person: str
    revision: int


class RoomNotLive(Refusal):
    slug: ClassVar = "room-not-live"
    status: ClassVar = 409


router = APIRouter()


@router.post("/api/rooms/{room}/invite", status_code=201)
@answers(Invited)
async def invite(room: str, asked: Annotated[Invite, Depends(body(Invite))]) -> Response:
    if room == "ended":
        raise RoomNotLive(f"room {room} is ended, not live")
    return answer(Invited(asked.person, 7), 201)


@router.get("/crash")
async def crash() -> Response:
    raise RuntimeError("the database password is hunter2")


@router.get("/silent/{which}")
async def silent(which: str) -> Response:
    raise Unanswered("cmd.media.03.Mute") if which == "service" else LogUnavailable("no leader")


@router.get("/number")
async def number(count: int) -> Response:
    return answer(count)


@router.get("/headers")
async def headers(
    key: Annotated[CommandId, Depends(idempotency_key)],
    expected: Annotated[int | None, Depends(if_match)],
    after: Annotated[Position | None, Depends(parlor_after(FOLD))],
) -> Response:
    return answer({"key": key, "expected": expected, "after": after})


@pytest.fixture(scope="module")
def app() -> FastAPI:
    return build_app([router], asyncio.Event(), Limits(body=2000, url=300, headers=1500, rate=0))


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://parlor") as client:
        yield client


def code(response: httpx.Response) -> tuple[int, str]:
    assert response.headers["content-type"] == "application/problem+json"
    shown = response.json()
    assert shown["status"] == response.status_code
    assert shown["type"] == f"/problems/{shown['code']}"
    assert shown["detail"]
    return response.status_code, shown["code"]


async def test_a_body_is_read_and_an_answer_written_by_msgspec(client: httpx.AsyncClient) -> None:
    response = await client.post("/api/rooms/jazz/invite", json={"person": "benbenbenb"})

    assert (response.status_code, response.json()) == (201, {"person": "benbenbenb", "revision": 7})


async def test_a_wrong_body_is_a_problem_that_says_where(client: httpx.AsyncClient) -> None:
    response = await client.post("/api/rooms/jazz/invite", json={"person": "benbenbenb", "seats": "two"})

    assert code(response) == (422, "malformed-body")
    assert response.json()["detail"] == "Expected `int`, got `str` - at `$.seats`"


async def test_no_json_at_all_is_the_same_problem(client: httpx.AsyncClient) -> None:
    assert code(await client.post("/api/rooms/jazz/invite", content=b"\xff{")) == (422, "malformed-body")


async def test_a_refusal_keeps_its_slug_status_and_sentence(client: httpx.AsyncClient) -> None:
    response = await client.post("/api/rooms/ended/invite", json={"person": "benbenbenb"})

    assert code(response) == (409, "room-not-live")
    assert response.json()["detail"] == "room ended is ended, not live"


async def test_unknown_paths_wrong_methods_and_wrong_queries_are_problems(client: httpx.AsyncClient) -> None:
    wrong_method = await client.get("/api/rooms/jazz/invite")

    assert code(await client.get("/nowhere")) == (404, "not-found")
    assert code(wrong_method) == (405, "method-not-allowed")
    assert wrong_method.headers["allow"] == "POST"
    assert code(await client.get("/number", params={"count": "x"})) == (422, "malformed-request")


async def test_a_crash_is_a_problem_that_tells_nothing(client: httpx.AsyncClient) -> None:
    response = await client.get("/crash")

    assert code(response) == (500, "internal")
    assert "hunter2" not in response.text


@pytest.mark.parametrize(("which", "slug"), [("service", "unanswered"), ("log", "log-unavailable")])
async def test_silence_behind_us_is_503_and_worth_another_try(client: httpx.AsyncClient, which: str, slug: str) -> None:
    response = await client.get(f"/silent/{which}")

    assert code(response) == (503, slug)
    assert response.headers["retry-after"] == "1"


async def test_the_three_headers_of_the_contract_are_read(client: httpx.AsyncClient) -> None:
    FOLD.reached(Position(41))
    sent = {"Idempotency-Key": '"0F8FAD5B-D9CB-469F-A165-70867728950E"', "If-Match": '"7"', "Parlor-After": "41"}

    response = await client.get("/headers", headers=sent)

    assert response.json() == {"key": "0f8fad5b-d9cb-469f-a165-70867728950e", "expected": 7, "after": 41}


async def test_without_the_headers_a_key_is_made_and_nothing_is_expected(client: httpx.AsyncClient) -> None:
    first, second = (await client.get("/headers")).json(), (await client.get("/headers")).json()

    assert (first["expected"], first["after"]) == (None, None)
    assert first["key"] != second["key"]


@pytest.mark.parametrize(
    "header", [("Idempotency-Key", "a b"), ("If-Match", "W/7"), ("Parlor-After", "soon"), ("Parlor-After", "-1")]
)
async def test_a_header_of_another_form_is_refused(client: httpx.AsyncClient, header: tuple[str, str]) -> None:
    assert code(await client.get("/headers", headers=dict([header]))) == (400, "malformed-header")


async def test_a_reader_waits_for_the_fold_and_then_answers(client: httpx.AsyncClient) -> None:
    waiting = asyncio.create_task(client.get("/headers", headers={"Parlor-After": "50"}))
    await asyncio.sleep(0)
    FOLD.reached(Position(50))

    assert (await waiting).json()["after"] == 50


async def test_a_fold_that_stays_behind_is_503(client: httpx.AsyncClient) -> None:
    response = await client.get("/headers", headers={"Parlor-After": "999"})

    assert code(response) == (503, "not-yet-caught-up")


async def test_what_is_too_large_is_turned_down(client: httpx.AsyncClient) -> None:
    async def drops() -> AsyncIterator[bytes]:
        for _ in range(30):
            yield b" " * 100

    path = "/api/rooms/jazz/invite"
    assert code(await client.post(path, content=b" " * 2001)) == (413, "content-too-large")
    assert code(await client.post(path, content=drops())) == (413, "content-too-large")
    assert code(await client.get("/number", params={"count": "1" * 300})) == (414, "uri-too-long")
    assert code(await client.get("/number", headers={"x": "y" * 1500})) == (431, "header-fields-too-large")


async def test_a_client_that_asks_too_often_is_told_to_wait() -> None:
    app = build_app([router], asyncio.Event(), Limits(rate=0.001, burst=2))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://parlor") as client:
        told = [await client.get("/number?count=1") for _ in range(3)]

    assert [response.status_code for response in told] == [200, 200, 429]
    assert code(told[2]) == (429, "too-many-requests")


def test_a_bucket_fills_again_and_each_client_has_their_own() -> None:
    now = [0.0]
    buckets = Buckets(Limits(rate=2, burst=2), clock=lambda: now[0])

    assert [buckets.take("ana") for _ in range(3)] == [True, True, False]
    assert buckets.take("ben")
    now[0] = 0.5
    assert [buckets.take("ana") for _ in range(2)] == [True, False]


async def test_the_openapi_document_has_our_bodies_answers_and_problems(client: httpx.AsyncClient) -> None:
    document = (await client.get("/api/openapi.json")).json()
    operation = document["paths"]["/api/rooms/{room}/invite"]["post"]
    taken = operation["requestBody"]["content"]["application/json"]["schema"]
    given = operation["responses"]["201"]["content"]["application/json"]["schema"]
    problem = operation["responses"]["default"]["content"]["application/problem+json"]["schema"]

    assert operation["requestBody"]["required"]
    assert (taken, given, problem) == (ref("Invite"), ref("Invited"), ref("Problem"))
    assert document["components"]["schemas"]["Invite"]["properties"]["person"] == {"type": "string", "minLength": 10}
    assert set(document["components"]["schemas"]) == {"Invite", "Invited", "Problem"}
    assert "422" not in operation["responses"]


async def test_what_the_document_says_of_a_body_is_what_the_route_takes(client: httpx.AsyncClient) -> None:
    document = (await client.get("/api/openapi.json")).json()
    schema = ref("Invite") | {"components": document["components"]}
    for sent in ({"person": "benbenbenb"}, {"person": "ben"}, {"person": "benbenbenb", "more": 1}, {"seats": 2}):
        valid = not list(jsonschema.Draft202012Validator(schema).iter_errors(sent))
        taken = (await client.post("/api/rooms/jazz/invite", json=sent)).status_code == 201
        assert valid == taken, sent


def ref(name: str) -> dict[str, object]:
    return {"$ref": f"#/components/schemas/{name}"}
