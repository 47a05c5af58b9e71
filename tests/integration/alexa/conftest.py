"""One stage for each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from parlor.embedded.nats import NatsServer
from tests.integration.alexa.stage import Stage, stage


@pytest.fixture(name="live_stage")
async def _live_stage(nats_server: NatsServer, tmp_path: Path) -> AsyncIterator[Stage]:
    async with stage(nats_server, tmp_path) as set_up:
        yield set_up
