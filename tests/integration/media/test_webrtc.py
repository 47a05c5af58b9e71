"""WHIP and WHEP through a real edge and a real mixer, against aiortc."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import aioice.ice
import numpy as np
import pytest

from libs.events.media import SourceConnected, SourceDisconnected, SourceRegistered, SpeakingStarted, Transport
from libs.events.rooms import SpeakerLeftStage
from parlor.embedded.nats import NatsServer
from services.media.mixing.frame import Float
from tests.integration.media.station import ANA
from tests.integration.media.test_mixer import likenesses, speech
from tests.integration.media.webrtc import BEN, JAZZ, Stage, hearing, on_stage, speaking


@pytest.fixture
async def stage(nats_server: NatsServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stage]:
    def loopback(use_ipv4: bool, use_ipv6: bool) -> list[str]:  # noqa: ARG001, FBT001  # aioice's own signature
        return ["127.0.0.1"]

    monkeypatch.setattr(aioice.ice, "get_host_addresses", loopback)  # aioice leaves loopback out
    async with on_stage(nats_server, tmp_path) as stage:
        yield stage


def spoken(name: str, seconds: float = 6) -> Float:
    return speech(name)[: round(48_000 * seconds)]


async def status(stage: Stage, path: str, wanted: int) -> None:
    async with asyncio.timeout(5):
        while (await stage.ask("GET", path, ANA)).status_code != wanted:  # noqa: ASYNC110  # another process ends it
            await asyncio.sleep(0.02)


async def test_a_speaker_is_heard_by_the_others_and_not_by_themselves(stage: Stage) -> None:
    async with speaking(spoken("allison", 8)) as ana, hearing() as for_ben, hearing() as for_ana:
        for client, kind, person in ((for_ben, "whep", BEN), (for_ana, "whep", ANA), (ana, "whip", ANA)):
            answered = await client.meet(stage, kind, person)
            assert answered.status_code == 201, answered.text
        for_ben.hear()
        for_ana.hear()
        facts = await stage.until(lambda facts: any(isinstance(fact, SpeakingStarted) for fact in facts))
        to_ben = await for_ben.heard_seconds(8)
        to_ana = await for_ana.heard_seconds(8)
    assert np.median(likenesses(to_ben, spoken("allison"))) > 0.9
    assert np.abs(to_ana).max() < 1e-3
    assert [fact.transport for fact in facts if isinstance(fact, SourceRegistered | SourceConnected)] == [
        Transport.WEBRTC,
        Transport.WEBRTC,
    ]


async def test_a_second_post_replaces_the_first_and_delete_ends_it(stage: Stage) -> None:
    async with speaking(spoken("allison")) as first, speaking(spoken("carlo")) as second:
        await first.meet(stage, "whip", ANA)
        await first.state("connected")
        await stage.until(lambda facts: any(isinstance(fact, SourceConnected) for fact in facts))
        await second.meet(stage, "whip", ANA)
        facts = await stage.until(lambda facts: sum(isinstance(fact, SourceConnected) for fact in facts) == 2)
        assert [fact.reason for fact in facts if isinstance(fact, SourceDisconnected)] == ["replaced"]
        await status(stage, first.location, 404)
        assert (await stage.ask("GET", second.location, ANA)).status_code == 204
        assert (await stage.ask("DELETE", second.location, ANA)).status_code == 200
        facts = await stage.until(lambda facts: sum(isinstance(fact, SourceDisconnected) for fact in facts) == 2)
        assert [fact.reason for fact in facts if isinstance(fact, SourceDisconnected)] == ["replaced", "closed"]
        assert (await stage.ask("DELETE", second.location, ANA)).status_code == 404


async def test_who_leaves_the_stage_is_cut_off(stage: Stage) -> None:
    async with speaking(spoken("carlo")) as ben, hearing() as for_ben:
        await ben.meet(stage, "whip", BEN)
        await for_ben.meet(stage, "whep", BEN)
        await for_ben.state("connected")
        await stage.until(lambda facts: any(isinstance(fact, SourceConnected) for fact in facts))
        await stage.rooms_say(SpeakerLeftStage(room=JAZZ, person=BEN, by=ANA))
        facts = await stage.until(lambda facts: any(isinstance(fact, SourceDisconnected) for fact in facts))
        assert [fact.reason for fact in facts if isinstance(fact, SourceDisconnected)] == ["left-stage"]
        await for_ben.state("closed")
