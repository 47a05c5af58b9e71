"""The front door for evidence: what comes in by HTTP goes to the mixer, and its answer comes out."""

from collections.abc import Mapping

import httpx
import msgspec
import pytest

from libs.events.command import Command, Rejected
from libs.events.ids import CommandId, EvidenceId, Position, RoomId
from libs.service.identity import Issuer, Keys
from services.media.evidence_asked import FreezeEvidence, Frozen, evidence_id
from tests.integration.media.station import ANA, Station

JAZZ = RoomId("jazzjazzjazz")
URL = f"/api/rooms/{JAZZ}/evidence"


@pytest.fixture
def bearer(station: Station) -> dict[str, str]:
    """Ana's."""
    token = Issuer(Keys(station.signing_key), "https://localhost:8443").access_token(ANA)
    return {"Authorization": f"Bearer {token}", "Idempotency-Key": "try-1"}


async def mixer(station: Station, answer: Frozen | Rejected) -> list[Command]:
    """A mixer that answers so; returns what it will have been asked."""
    asked: list[Command] = []

    async def take(payload: bytes, _headers: Mapping[str, str]) -> bytes:
        asked.append(msgspec.json.decode(payload, type=Command))
        return msgspec.json.encode(answer)

    await station.broker.serve("cmd.media.*.FreezeEvidence", take)
    return asked


async def test_a_host_is_told_what_was_frozen(station: Station, bearer: Mapping[str, str]) -> None:
    identity = evidence_id(JAZZ, ANA, CommandId("try-1"))
    told = Frozen(revision=1, position=Position(9), evidence=identity, sha256="5e" * 32, begin=960, end=48_000)
    asked = await mixer(station, told)
    async with httpx.AsyncClient() as client:
        got = await client.post(station.url + URL, headers=bearer)
        part = await client.post(station.url + URL, json={"begin": 960, "end": 1920}, headers=bearer)
    assert (got.status_code, part.status_code) == (201, 201)
    assert got.json() == {
        "evidence": identity, "sha256": "5e" * 32, "begin": 960, "end": 48_000, "revision": 1, "position": 9,
    }  # fmt: skip
    first, second = asked
    assert (first.id, first.actor, first.via, first.roomid) == ("try-1", ANA, "http", JAZZ)
    assert first.subject == f"{JAZZ}/evidence-{identity}"
    assert msgspec.json.decode(first.data, type=FreezeEvidence) == FreezeEvidence()
    assert msgspec.json.decode(second.data, type=FreezeEvidence) == FreezeEvidence(begin=960, end=1920)


async def test_what_the_mixer_refuses_is_a_problem_with_its_words(station: Station, bearer: Mapping[str, str]) -> None:
    await mixer(station, Rejected(code="not-the-host", detail="ben does not host it", status=403))
    async with httpx.AsyncClient() as client:
        got = await client.post(station.url + URL, headers=bearer)
    assert (got.status_code, got.json()["code"], got.json()["detail"]) == (403, "not-the-host", "ben does not host it")


@pytest.mark.parametrize("body", ["[]", '{"begin": -1}', '{"end": "now"}'])
async def test_a_body_that_is_none_is_refused(station: Station, bearer: Mapping[str, str], body: str) -> None:
    async with httpx.AsyncClient() as client:
        got = await client.post(station.url + URL, content=body, headers=bearer)
    assert (got.status_code, got.json()["code"]) == (422, "malformed-body")


async def test_nobody_has_evidence_frozen_without_saying_who_they_are(station: Station) -> None:
    await mixer(station, Rejected(code="unasked", detail="nobody asks", status=500))
    async with httpx.AsyncClient() as client:
        got = await client.post(station.url + URL, headers={"Authorization": "Bearer x"})
    assert (got.status_code, got.json()["code"]) == (401, "not-signed-in")


async def test_what_was_frozen_is_at_no_address(station: Station, bearer: Mapping[str, str]) -> None:
    room, evidence = JAZZ, EvidenceId("evidence22222222")
    async with httpx.AsyncClient() as client:
        for path in (URL, f"{URL}/{evidence}", f"{URL}/{evidence}/manifest.json", f"/media/frozen/{room}/{evidence}"):
            got = await client.get(station.url + path, headers=bearer)
            assert got.status_code in (404, 405), path
