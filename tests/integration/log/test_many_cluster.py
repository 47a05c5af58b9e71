"""Many decisions at once on three servers, and the one that leads the stream dies in the middle."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from itertools import accumulate
from pathlib import Path

import pytest
from nats.aio.client import Client

from libs.events.ids import Position
from libs.events.jetstream.log import JetStreamLog
from libs.events.log import Batch, Decision, LogUnavailable
from tests.integration.log.cluster import Cluster, new_log
from tests.integration.log.facts import Chain
from tests.integration.log.test_cluster import leader
from tests.integration.log.test_contract import drained, ids
from tests.integration.log.test_many import evening, opening, written_by

pytestmark = pytest.mark.slow


@pytest.fixture
async def three(tmp_path: Path) -> AsyncIterator[tuple[Cluster, Client, JetStreamLog]]:
    cluster = Cluster(tmp_path)
    cluster.start()
    client, log = await new_log(cluster)
    yield cluster, client, log
    await client.close()
    cluster.stop()


async def kill_the_leader(cluster: Cluster, client: Client) -> None:
    dying = cluster.servers[await leader(client)]
    await asyncio.to_thread(dying.stop, [(signal.SIGKILL, 5.0)])


async def everything(log: JetStreamLog) -> Batch:
    """All that is in the log, as soon as it can be read again: an election takes seconds."""
    while True:
        with contextlib.suppress(LogUnavailable):
            return await drained(log)


async def test_what_is_said_of_each_is_true_whichever_were_under_way(
    three: tuple[Cluster, Client, JetStreamLog],
) -> None:
    cluster, client, log = three
    decisions = [opening(Chain()) for _ in range(3_000)]
    begun = asyncio.Event()

    def as_they_come() -> Iterator[Decision]:
        for n, decision in enumerate(decisions):
            if n == 1_500:
                begun.set()
            yield decision

    async with asyncio.timeout(100):
        appending = asyncio.create_task(log.append_many(as_they_come()))
        await begun.wait()
        await kill_the_leader(cluster, client)
        outcomes = await appending
        left = [one for one, said in zip(decisions, outcomes, strict=True) if isinstance(said, LogUnavailable)]
        while left:
            answers = await log.append_many(left)
            left = [one for one, said in zip(left, answers, strict=True) if isinstance(said, LogUnavailable)]
        found = await everything(log)

    places = {fact.envelope.id: fact.position for fact in found}
    said = {one.facts[0].id: outcome for one, outcome in zip(decisions, outcomes, strict=True)}
    assert {id_: at for id_, at in said.items() if not isinstance(at, LogUnavailable)}.items() <= places.items()
    assert sorted(ids(found)) == sorted(written_by(decisions))


async def test_an_order_is_kept(three: tuple[Cluster, Client, JetStreamLog]) -> None:
    """The election may take longer than the patience of one run; the next run goes on where that one stood."""
    cluster, client, log = three
    decisions = evening(rooms=600)
    reached, killed = 0, None

    async with asyncio.timeout(100):
        while reached < len(written_by(decisions)):
            with contextlib.suppress(LogUnavailable):
                begun = reached
                async with aclosing(log.append_in_order(after(decisions, begun), Position(begun))) as writing:
                    async for step in writing:
                        reached = begun + step
                        if killed is None and reached >= 500:
                            killed = asyncio.create_task(kill_the_leader(cluster, client))
        assert killed is not None
        await killed
        assert ids(await everything(log)) == written_by(decisions)


def after(decisions: list[Decision], facts: int) -> list[Decision]:
    """Those that come behind so many facts."""
    ends = accumulate(len(decision.facts) for decision in decisions)
    return [decision for decision, end in zip(decisions, ends, strict=True) if end > facts]
