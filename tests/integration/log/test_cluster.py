"""Three servers, and one of them dies: nothing that was acknowledged is lost, doubled or out of order."""

import asyncio
import contextlib
import signal
from contextlib import aclosing
from pathlib import Path

import msgspec
import pytest
from nats.aio.client import Client
from nats.errors import Error as NatsError

from libs.events.fresh import fresh_id
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


async def whole_again(client: Client) -> None:
    """Return when the stream has a leader and two replicas that are up to date."""
    async with asyncio.timeout(30):
        while True:
            with contextlib.suppress(NatsError):
                answer = await client.request("$JS.API.STREAM.INFO.EVT", b"", timeout=1)
                cluster = msgspec.json.decode(answer.data).get("cluster", {})
                if cluster.get("leader") and sum(one["current"] for one in cluster["replicas"]) == 2:
                    return
            await asyncio.sleep(0.05)


async def consumers_can_be_made(client: Client) -> None:
    """Return when they can: without the leader of all three no stream is made and no consumer, for an election's 4 to
    9 seconds, even where the stream's own leader lives and goes on.
    """
    config = {"name": f"probe-{fresh_id()}", "ack_policy": "none", "inactive_threshold": 1_000_000_000}
    body = msgspec.json.encode({"stream_name": "EVT", "config": config})
    while True:
        with contextlib.suppress(NatsError):
            answer = await client.request(f"$JS.API.CONSUMER.CREATE.EVT.{config['name']}", body, timeout=0.5)
            if "error" not in msgspec.json.decode(answer.data):
                return
        await asyncio.sleep(0.05)


async def test_a_follower_goes_on_within_two_seconds_of_the_cluster_whichever_server_dies(tmp_path: Path) -> None:
    """The stream's leader, the follower's consumer and its connection each live on one of the three, and each dies."""
    loop = asyncio.get_running_loop()
    cluster = Cluster(tmp_path)
    cluster.start()
    client, log = await new_log(cluster)
    chain = Chain()
    position = await log.append(chain.about, chain.opened(), expected=START)
    seen: Batch = []
    waits: list[float] = []
    try:
        async with asyncio.timeout(110), aclosing(log.follow()) as batches:
            seen += await anext(batches)
            for dying in cluster.servers:
                await whole_again(client)
                dying.stop([(signal.SIGKILL, 5.0)])
                position = await persistently(log, chain, position)
                await consumers_can_be_made(client)
                back = loop.time()
                while len(seen) < chain.head.revision:
                    seen += await anext(batches)
                waits.append(loop.time() - back)
                dying.start(on_parent_death=signal.SIGTERM)
        assert [fact.envelope.revision for fact in seen] == list(range(1, chain.head.revision + 1))
        assert max(waits) < 2.0, waits
    finally:
        await client.close()
        cluster.stop()
