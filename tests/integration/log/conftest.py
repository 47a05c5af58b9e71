"""The logs that have to keep the contract, each new and empty for every test."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from libs.events.jetstream.log import JetStreamLog
from libs.events.log import EventLog
from libs.events.memory import MemoryLog
from parlor.embedded.nats import NatsServer
from tests.integration.log.clients import connected
from tests.integration.log.cluster import Cluster, new_log


@pytest.fixture(scope="session")
def cluster(session_folder: Path) -> Iterator[Cluster]:
    """Three servers for the session."""
    servers = Cluster(session_folder / "cluster")
    try:
        servers.start()
        yield servers
    finally:
        servers.stop()


THREE = pytest.param("three servers", marks=pytest.mark.slow)


@pytest.fixture(params=["memory", "jetstream", THREE])
async def log(request: pytest.FixtureRequest) -> AsyncIterator[EventLog]:
    """One of the logs that keep the contract."""
    if request.param == "memory":
        yield MemoryLog()
        return
    if request.param == "three servers":
        client, log = await new_log(request.getfixturevalue("cluster"))
        yield log
        await client.close()
        return
    kind: type[NatsServer] = request.getfixturevalue("nats_kind")
    server = kind(Path(request.getfixturevalue("tmp_path")) / "nats")
    await asyncio.to_thread(server.start)
    connection = await connected(server.url_for())
    try:
        yield await JetStreamLog.open(connection)
    finally:
        await connection.close()
        await asyncio.to_thread(server.stop)
