"""Talkback and pre-fader listen by HTTP: what comes in goes to the room's mixer, and its answer comes out."""

from collections.abc import Mapping

import httpx
import msgspec
import pytest

from libs.events.command import Accepted, Command, Rejected
from libs.events.ids import Position, RoomId
from libs.service.identity import Issuer, Keys
from services.media.monitor_asked import MONITORING
from tests.integration.media.station import ANA, Station

JAZZ = RoomId("jazzjazzjazz")
URL = f"/api/rooms/{JAZZ}"


@pytest.fixture
def bearer(station: Station) -> dict[str, str]:
    """Ana's."""
    token = Issuer(Keys(station.signing_key), "https://localhost:8443").access_token(ANA)
    return {"Authorization": f"Bearer {token}"}


async def mixer(station: Station, answer: Accepted | Rejected) -> list[tuple[str, Command]]:
    """A mixer that answers so; returns what it will have been asked."""
    asked: list[tuple[str, Command]] = []
    for verb in MONITORING:

        async def take(payload: bytes, _headers: Mapping[str, str], name: str = verb.__name__) -> bytes:
            asked.append((name, msgspec.json.decode(payload, type=Command)))
            return msgspec.json.encode(answer)

        await station.broker.serve(f"cmd.media.*.{verb.__name__}", take)
    return asked


async def test_each_request_is_a_command_to_the_room_s_mixer(station: Station, bearer: Mapping[str, str]) -> None:
    asked = await mixer(station, Accepted(revision=0, position=Position(9)))
    async with httpx.AsyncClient(base_url=station.url, headers=bearer) as client:
        for path in ("sources/benssource01/listen", "talkback"):
            assert (await client.post(f"{URL}/{path}")).status_code == 204
            assert (await client.delete(f"{URL}/{path}")).status_code == 204
    assert [name for name, _ in asked] == ["HearSource", "HearStage", "TalkToStage", "TalkToAll"]
    assert {(command.actor, command.roomid) for _, command in asked} == {(ANA, JAZZ)}
    assert msgspec.json.decode(asked[0][1].data) == {"source": "benssource01"}


async def test_what_the_mixer_refuses_is_a_problem_with_its_words(station: Station, bearer: Mapping[str, str]) -> None:
    await mixer(station, Rejected(code="not-your-desk", detail="only the host", status=403))
    async with httpx.AsyncClient(headers=bearer) as client:
        got = await client.post(f"{station.url}{URL}/talkback")
    assert (got.status_code, got.json()["code"], got.json()["detail"]) == (403, "not-your-desk", "only the host")


async def test_who_is_not_signed_in_may_not_ask(station: Station) -> None:
    async with httpx.AsyncClient() as client:
        assert (await client.post(f"{station.url}{URL}/talkback")).status_code == 401
