"""The running rooms service and a person who types commands, on the same servers."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TypeAlias

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from libs.events.jetstream.log import JetStreamLog
from libs.service.broker import Broker
from services.rooms.config import RoomsSettings
from services.rooms.main import build
from tests.integration.replay.conftest import parlor_log
from tests.integration.rooms.conftest import broker, lobby, log, settings
from tests.integration.rooms.running import Lobby, running

__all__ = ["Start", "broker", "lobby", "log", "parlor_log", "settings"]

Start: TypeAlias = Callable[[], AbstractAsyncContextManager[Lobby]]


@pytest.fixture
def another_start(settings: RoomsSettings, broker: Broker, log: JetStreamLog, database: AsyncEngine) -> Start:
    """Another process of the service, as long as the context lasts."""

    @asynccontextmanager
    async def start() -> AsyncIterator[Lobby]:
        async with running([build(settings, broker, log, database)]) as base:
            entered = Lobby(base)
            yield entered
            await entered.client.aclose()

    return start
