"""A station for each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from parlor.embedded.nats import NatsServer
from tests.integration.media.station import Station, on_air


@pytest.fixture
async def station(nats_server: NatsServer, tmp_path: Path) -> AsyncIterator[Station]:
    async with on_air(nats_server, tmp_path) as station:
        yield station
