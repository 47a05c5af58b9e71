"""Three servers, and one of them dies: nothing that was acknowledged is lost, doubled or out of order."""

import asyncio
import contextlib
import signal
from contextlib import aclosing
from pathlib import Path

import msgspec
import pytest
from nats.aio.client import Client

from libs.events.ids import START, Position
from libs.events.jetstream.log import JetStreamLog
from libs.events.log import Batch, LogUnavailable
from tests.integration.log.cluster import Cluster, new_log
from tests.integration.log.facts import Chain

pytestmark = pytest.mark.slow


async def leader(client: Client) -> int:
    """The number of the server that leads the stream."""
    answer = await client.request("$JS.API.STREAM.INFO.EVT", b"", timeout=5)
    name: str = msgspec.json.decode(answer.data)["cluster"]["leader"]
    return int(name.removeprefix("log"))


async def persistently(log: JetStreamLog, chain: Chain, expected: Position) -> Position:
    """Append, and ask again while there is no leader: the same facts are never written twice."""
    facts = chain.unmuted_and_muted(1)
    while True:
        with contextlib.suppress(LogUnavailable):
            return await log.append(chain.about, facts, expected=expected)


async def test_the_death_of_the_streams_leader_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    cluster = Cluster(tmp_path)
    cluster.start()
    client, log = await new_log(cluster)
    chain = Chain()
    position = await log.append(chain.about, chain.opened(), expected=START)
    seen: Batch = []
    try:
        async with asyncio.timeout(60), aclosing(log.follow()) as batches:
            for n in range(60):
                if n == 20:
                    cluster.servers[await leader(client)].stop([(signal.SIGKILL, 5.0)])
                position = await persistently(log, chain, position)
            while len(seen) < chain.head.revision:
                seen += await anext(batches)
        assert [fact.envelope.revision for fact in seen] == list(range(1, 122))
        assert [fact.position for fact in await log.read(chain.about)] == [fact.position for fact in seen]
    finally:
        await client.close()
        cluster.stop()
