"""A server for benchmarks of what a client costs: it acknowledges before its disk has synced."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from signal import SIGTERM

from nats.aio.client import Client

from libs.events.embedded.child import Child
from libs.events.ids import START, Position
from libs.events.jetstream.log import JetStreamLog
from libs.events.log import Decision
from libs.events.subjects import Aggregate
from parlor.embedded.binaries import nats_server
from tests.bench.evenings import evenings
from tests.integration.log.cluster import free_ports
from tests.integration.log.scripted import patiently


@contextlib.asynccontextmanager
async def quick_server(folder: Path) -> AsyncIterator[str]:
    """Its URL."""
    [port] = free_ports(1)
    server = Child(
        "nats-server", [nats_server(), "-a", "127.0.0.1", "-p", str(port), "-js", "-sd", folder], folder / "log"
    )
    server.start(on_parent_death=SIGTERM)
    try:
        async with asyncio.timeout(10):
            await (await patiently(f"nats://127.0.0.1:{port}")).close()
        yield f"nats://127.0.0.1:{port}"
    finally:
        server.stop([(SIGTERM, 5.0)])


async def fill(log: JetStreamLog, rooms: int, at_once: int) -> int:
    """Write evenings into an empty log, each fact as a decision of its own with its expectation; returns how many.

    Nobody else writes, so where each will be is known before.
    """
    ends: dict[Aggregate, Position] = {}
    decisions = []
    for place, (about, envelope) in enumerate(evenings(rooms, at_once), start=1):
        decisions.append(Decision(about, [envelope], ends.get(about, START)))
        ends[about] = Position(place)
    outcomes = await log.append_many(decisions)
    assert outcomes == list(range(1, len(decisions) + 1))
    return len(decisions)


async def new_stream(client: Client) -> JetStreamLog:
    """An empty log on this server."""
    await client.request("$JS.API.STREAM.DELETE.EVT", b"", timeout=5)
    return await JetStreamLog.open(client)
