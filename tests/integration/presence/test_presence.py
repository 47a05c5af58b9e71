"""Presence as it runs: follows the log on a real server, says who joined and left, counts the crowd."""

import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from libs.events import subjects
from libs.events.event import Event
from libs.events.folded import Head
from libs.events.fresh import fresh_command_id, fresh_id
from libs.events.ids import Milliseconds, PersonId, RoomId, SourceId
from libs.events.jetstream.log import JetStreamLog
from libs.events.ledger import Cause, write
from libs.events.media import SourceConnected, SourceDisconnected, Transport
from libs.events.rooms import RoomEnded, RoomKind, RoomOpened, Seat, SpeakerAdmitted
from libs.events.telemetry import EdgeAudience
from libs.service.broker import Broker
from libs.service.identity import new_signing_key
from parlor.embedded.nats import NatsServer
from services.presence.config import PresenceSettings
from services.presence.main import PresencePart, build
from tests.integration.rooms.running import Lobby, eventually, running

ANA = PersonId("anaanaanaana")
BEN = PersonId("benbenbenben")


class World:
    """Rooms and media, as presence hears of them."""

    def __init__(self, broker: Broker, log: JetStreamLog) -> None:
        self.room = RoomId(fresh_id())
        self.broker = broker
        self.log = log

    async def says(self, owner: str, fact: Event, ago: int = 0) -> None:
        """A fact of rooms or media, written some milliseconds ago."""
        about = subjects.room(self.room, owner, "room" if owner == "rooms" else "mix")
        past = await self.log.read(about)
        head = Head(len(past), past[-1].position, past[-1].digest) if past else Head()
        key = fresh_command_id()
        now = Milliseconds(time.time_ns() // 1_000_000 - ago)
        cause = Cause(id=key, correlationid=key, via="test", now=now, roomid=self.room)
        await self.log.append(about, write(about, [fact], head, cause), expected=head.position)

    async def said(self, number: int) -> list[str]:
        """The types of what presence said, once there are so many."""

        async def enough() -> list[str]:
            about = subjects.room(self.room, "presence", "attendance")
            types = [fact.envelope.type.split(".")[1] for fact in await self.log.read(about)]
            return types if len(types) >= number else []

        found: list[str] = await eventually(enough, 15)
        return found

    async def opens(self) -> None:
        """Ana's room, Ben on its stage."""
        await self.says("rooms", RoomOpened(room=self.room, title="Jazz", kind=RoomKind.OPEN, host=ANA))
        await self.says("rooms", SpeakerAdmitted(room=self.room, person=BEN, seat=Seat.SPEAKER, by=ANA))

    async def connects(self, person: PersonId) -> None:
        """The person's microphone is heard."""
        source = SourceId(f"{person}mic")
        fact = SourceConnected(room=self.room, source=source, person=person, transport=Transport.RTP)
        await self.says("media", fact)

    async def disconnects(self, person: PersonId, ago: int) -> None:
        """It has been gone for a while."""
        source = SourceId(f"{person}mic")
        fact = SourceDisconnected(room=self.room, source=source, person=person, reason="silent")
        await self.says("media", fact, ago)


@pytest.fixture
async def world(nats_server: NatsServer) -> AsyncIterator[World]:
    """Written by the operator, who may append everything."""
    broker = await Broker.connect(nats_server.url_for(), "world", user="operator")
    yield World(broker, await JetStreamLog.open(broker.client))
    await broker.drain()


@pytest.fixture
async def part(nats_server: NatsServer, world: World, tmp_path: Path) -> AsyncIterator[PresencePart]:
    """Presence, connected as itself."""
    broker = await Broker.connect(nats_server.url_for("presence"), "presence", user="presence")
    key = tmp_path / "signing.pem"
    key.write_bytes(new_signing_key())
    yield build(PresenceSettings(signing_key_file=key), broker, await JetStreamLog.open(broker.client))
    await broker.drain()
    del world


@pytest.fixture
async def lobby(part: PresencePart) -> AsyncIterator[Lobby]:
    """The running service."""
    async with running([part]) as base:
        entered = Lobby(base)
        yield entered
        await entered.client.aclose()


async def test_speakers_join_and_leave(lobby: Lobby, world: World) -> None:
    await world.opens()
    await world.connects(BEN)
    assert await world.said(1) == ["speaker-joined"]
    assert (await lobby.client.get(f"/api/presence/rooms/{world.room}")).json()["connected"] == [BEN]
    await world.disconnects(BEN, ago=5000)
    assert await world.said(2) == ["speaker-joined", "speaker-left"]


async def test_when_the_room_ends_everybody_leaves_and_the_room_is_gone(lobby: Lobby, world: World) -> None:
    await world.opens()
    await world.connects(ANA)
    await world.connects(BEN)
    await world.said(2)
    await world.says("rooms", RoomEnded(room=world.room, by=ANA))
    assert await world.said(4) == ["speaker-joined"] * 2 + ["speaker-left"] * 2

    async def gone() -> bool:
        return (await lobby.client.get(f"/api/presence/rooms/{world.room}")).status_code == 404

    await eventually(gone)


async def test_what_happened_while_presence_was_away_is_said_at_its_next_start(
    part: PresencePart, world: World
) -> None:
    await world.opens()
    await world.connects(BEN)
    async with running([part]):
        assert await world.said(1) == ["speaker-joined"]


async def test_a_crowd_is_counted_and_small_numbers_are_not_told(lobby: Lobby, world: World) -> None:
    await world.opens()
    await world.broker.tell(EdgeAudience(room=world.room, edge="east", sequence=1, listeners=8), world.room)
    await world.broker.tell(EdgeAudience(room=world.room, edge="west", sequence=1, listeners=1), world.room)

    async def told(listeners: object) -> bool:
        answer = await lobby.client.get(f"/api/presence/rooms/{world.room}")
        return answer.status_code == 200 and answer.json()["listeners"] == listeners

    await eventually(lambda: told("few"))
    await world.broker.tell(EdgeAudience(room=world.room, edge="west", sequence=2, listeners=4), world.room)
    await eventually(lambda: told(12))
    assert "audience-measured" in await world.said(1)
