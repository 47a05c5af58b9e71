"""How long from an append to a handler that follows the log, beside publishing and pulling without a log around it.

Both in one process, so that one clock measures; the broker is another process, as always.
"""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import aclosing
from pathlib import Path

from nats.aio.client import Client

from libs.events.envelope import encode
from libs.events.ids import START, Position
from libs.events.jetstream.log import JetStreamLog
from libs.events.jetstream.pull import Pull
from libs.events.jetstream.replies import Replies
from libs.events.log import Decision
from libs.events.subjects import EVERYTHING, event_subject
from tests.bench.brokers import quick_server
from tests.bench.report import figure, write
from tests.bench.test_append import decision
from tests.integration.log.clients import connected

EVENTS = 40
ROUNDS = 15
BAR = 1.3

Handled = Callable[[Position], None]


async def followed(log: JetStreamLog, after: Position, handled: Handled) -> None:
    """Our handler: whole facts, from the log."""
    async with aclosing(log.follow(after)) as batches:
        async for batch in batches:
            for fact in batch:
                handled(fact.position)


async def pulled(client: Client, after: Position, handled: Handled) -> None:
    """The bare loop: lines, from the stream."""
    replies = Replies(client)
    await replies.open()
    pull = Pull(client, replies, EVERYTHING.subjects)
    await pull.open(after, 5.0)
    while True:
        for place in (await pull.take()).places:
            handled(Position(place))


class Watch:
    """Waits for facts, and measures from before they are sent."""

    def __init__(self) -> None:
        self.took: list[float] = []
        self._begun = 0.0
        self._handled = asyncio.Event()

    def handled(self, _: Position) -> None:
        """One came."""
        self.took.append(time.perf_counter() - self._begun)
        self._handled.set()

    async def measure(
        self, send: Callable[[Decision], Awaitable[object]], handler: Coroutine[None, None, None]
    ) -> None:
        """One after the other, each handled before the next is sent."""
        handling = asyncio.create_task(handler)
        for one in [decision() for _ in range(EVENTS)]:
            self._handled.clear()
            self._begun = time.perf_counter()
            await send(one)
            await self._handled.wait()
        handling.cancel()
        await asyncio.wait([handling])


async def test_a_fact_reaches_its_handler_almost_as_soon_as_a_message(tmp_path: Path) -> None:
    async with quick_server(tmp_path) as url:
        writing, reading = await connected(url), await connected(url)
        log, followers = await JetStreamLog.open(writing), await JetStreamLog.open(reading)
        plain = writing.jetstream()
        ours, bare = Watch(), Watch()

        async def published(one: Decision) -> object:
            [fact] = one.facts
            return await plain.publish(event_subject(one.aggregate, fact.type), encode(fact))

        async def appended(one: Decision) -> object:
            return await log.append(one.aggregate, one.facts, expected=START)

        for _ in range(ROUNDS):
            await ours.measure(appended, followed(followers, await log.end(), ours.handled))
            await bare.measure(published, pulled(reading, await log.end(), bare.handled))
        await writing.close()
        await reading.close()

    middle, yardstick = (statistics.median(watch.took) * 1e6 for watch in (ours, bare))
    late, yardsticks = (statistics.quantiles(watch.took, n=100)[98] * 1e6 for watch in (ours, bare))
    write(
        "latency",
        [
            figure("append to handler, median", "us", middle, yardstick, bar=BAR),
            figure("append to handler, 99th percentile", "us", late, yardsticks),
        ],
    )
