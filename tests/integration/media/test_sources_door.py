"""The front door for encoders: what comes in by HTTP goes to the mixer, and its answer comes out."""

from collections.abc import Mapping

import httpx
import msgspec
import pytest

from libs.events.command import Command, Rejected
from libs.events.ids import PersonId, Position, RoomId
from libs.service.identity import Issuer, Keys
from services.media.registration import Registered, RegisterSource, source_id
from tests.integration.media.station import ANA, Station

BEN = PersonId("benbenbenben")
JAZZ = RoomId("jazzjazzjazz")
URL = f"/api/rooms/{JAZZ}/sources"


@pytest.fixture
def bearer(station: Station) -> dict[str, str]:
    """Ana's."""
    token = Issuer(Keys(station.signing_key), "https://localhost:8443").access_token(ANA)
    return {"Authorization": f"Bearer {token}", "Idempotency-Key": "try-1"}


async def mixer(station: Station, answer: Registered | Rejected) -> list[Command]:
    """A mixer that answers so; returns what it will have been asked."""
    asked: list[Command] = []

    async def take(payload: bytes, _headers: Mapping[str, str]) -> bytes:
        asked.append(msgspec.json.decode(payload, type=Command))
        return msgspec.json.encode(answer)

    await station.broker.serve("cmd.media.*.RegisterSource", take)
    return asked


async def test_an_encoder_gets_a_place_from_the_mixer(station: Station, bearer: Mapping[str, str]) -> None:
    identity = source_id(JAZZ, BEN, "desk")
    place = Registered(
        revision=1,
        position=Position(9),
        source=identity,
        ssrc=77,
        host="127.0.0.1",
        port=5004,
        payload_type=111,
        sdp="v=0",
        expires=1_800_000_000_000,
    )
    asked = await mixer(station, place)
    async with httpx.AsyncClient() as client:
        got = await client.post(
            station.url + URL, json={"name": "desk", "person": BEN, "noise_suppression": True}, headers=bearer
        )
    assert got.status_code == 201
    assert (got.json()["source"], got.json()["ssrc"], got.json()["position"]) == (identity, 77, 9)
    (command,) = asked
    assert (command.id, command.actor, command.via, command.roomid) == ("try-1", ANA, "http", JAZZ)
    assert command.subject == f"{JAZZ}/source-{identity}"
    assert msgspec.json.decode(command.data, type=RegisterSource) == RegisterSource(
        person=BEN, name="desk", noise_suppression=True
    )


async def test_what_the_mixer_refuses_is_a_problem_with_its_words(station: Station, bearer: Mapping[str, str]) -> None:
    await mixer(station, Rejected(code="not-seated", detail="ben has no seat", status=409))
    async with httpx.AsyncClient() as client:
        got = await client.post(station.url + URL, json={"name": "desk"}, headers=bearer)
    assert (got.status_code, got.json()["code"], got.json()["detail"]) == (409, "not-seated", "ben has no seat")


async def test_without_a_mixer_it_says_so(station: Station, bearer: Mapping[str, str]) -> None:
    async with httpx.AsyncClient() as client:
        got = await client.post(station.url + URL, json={"name": "desk"}, headers=bearer)
    assert (got.status_code, got.json()["code"]) == (503, "unanswered")


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"name": ""}', '{"name": "x", "person": "No"}', '{"name": 7}'])
async def test_a_body_that_is_none_is_refused(station: Station, bearer: Mapping[str, str], body: str) -> None:
    async with httpx.AsyncClient() as client:
        got = await client.post(station.url + URL, content=body, headers=bearer)
    assert (got.status_code, got.json()["code"]) == (422, "malformed-body")


async def test_nobody_registers_without_saying_who_they_are(station: Station) -> None:
    async with httpx.AsyncClient() as client:
        got = await client.post(station.url + URL, json={"name": "desk"}, headers={"Authorization": "Bearer x"})
    assert (got.status_code, got.json()["code"]) == (401, "not-signed-in")
