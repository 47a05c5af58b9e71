"""The rooms service as it runs: real NATS as its own user, real PostgreSQL, HTTP on a port of its own."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from libs.events.jetstream.log import JetStreamLog
from libs.service.broker import Broker
from libs.service.identity import new_signing_key
from libs.service.sealing import new_sealing_key
from parlor.embedded.nats import NatsServer
from services.rooms.config import RoomsSettings
from services.rooms.main import build
from tests.integration.rooms.running import Lobby, running


@pytest.fixture
async def broker(nats_server: NatsServer) -> AsyncIterator[Broker]:
    """Connected as the user `rooms`, with no more than its permissions."""
    connected = await Broker.connect(nats_server.url_for("rooms"), "rooms", user="rooms")
    yield connected
    await connected.drain()


@pytest.fixture
async def log(broker: Broker) -> JetStreamLog:
    """The event log."""
    return await JetStreamLog.open(broker.client)


@pytest.fixture
def settings(tmp_path: Path) -> RoomsSettings:
    """No house programme, keys of this test's own."""
    key, sealing = tmp_path / "signing.pem", tmp_path / "sealing-key"
    key.write_bytes(new_signing_key())
    sealing.write_bytes(new_sealing_key())
    return RoomsSettings(signing_key_file=key, sealing_key_file=sealing, house_programme=False)


@pytest.fixture
async def lobby(
    settings: RoomsSettings, broker: Broker, log: JetStreamLog, database: AsyncEngine
) -> AsyncIterator[Lobby]:
    """The running service."""
    async with running([build(settings, broker, log, database)]) as base:
        entered = Lobby(base)
        yield entered
        await entered.client.aclose()
