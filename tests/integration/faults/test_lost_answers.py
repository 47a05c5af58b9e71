"""An answer is lost, and the connection with it; a server sleeps and wakes up: nothing is written twice or half."""

import asyncio
import gc
from collections.abc import AsyncIterator, Callable

import pytest
from nats.aio.client import Client
from nats.errors import TimeoutError as NatsTimeout

from libs.events.ids import START, Position
from libs.events.jetstream.log import JetStreamLog
from libs.events.log import Batch, EventLog, LogUnavailable
from libs.events.subjects import Aggregate
from tests.integration.faults.proxy import Proxy
from tests.integration.faults.servers import Servers
from tests.integration.log.clients import connected
from tests.integration.log.facts import Chain

pytestmark = [
    pytest.mark.slow,
    # nats-py leaves connections that were cut while they were being made to the garbage collector
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


class Way:
    """A log and the proxies that its connection goes through."""

    def __init__(self, client: Client, log: JetStreamLog, proxies: list[Proxy]) -> None:
        self.client = client
        self.log = log
        self.proxies = proxies


async def opened(servers: Servers) -> Way:
    before = len(servers.clients)
    client = await connected(await servers.urls())
    async with asyncio.timeout(40):
        while True:
            try:
                log = await JetStreamLog.open(client, servers.count)
            except LogUnavailable:
                await asyncio.sleep(0.1)
            else:
                return Way(client, log, servers.clients[before:])


@pytest.fixture
async def ways(servers: Servers) -> AsyncIterator[tuple[Way, Way]]:
    """One that things happen to, and one that looks on."""
    both = await opened(servers), await opened(servers)
    yield both
    for way in both:
        await way.client.close()
    gc.collect()


async def there(log: EventLog, about: Aggregate, count: int) -> Batch:
    """What is there about it, once it is so much."""
    async with asyncio.timeout(20):
        while True:
            read = await log.read(about)
            if len(read) >= count:
                return read
            await asyncio.sleep(0.01)


async def falls_silent(client: Client) -> None:
    """Return when a question stays unanswered: a signal takes its time to stop every thread."""
    async with asyncio.timeout(10):
        while True:
            try:
                await client.request("$JS.API.INFO", timeout=0.5)
            except NatsTimeout:
                return


def revisions(read: Batch) -> list[int]:
    return [fact.envelope.revision for fact in read]


@pytest.mark.parametrize("pairs", [0, 3], ids=["one fact", "a batch"])
async def test_an_acknowledgement_is_lost_with_its_connection(ways: tuple[Way, Way], pairs: int) -> None:
    way, other = ways
    chain = Chain()
    first = await way.log.append(chain.about, chain.opened(), expected=START)
    more = chain.unmuted_and_muted(pairs) if pairs else chain.muted()
    for proxy in way.proxies:
        proxy.mute()

    writing = asyncio.create_task(way.log.append(chain.about, more, expected=first))
    read = await there(other.log, chain.about, 1 + len(more))
    for proxy in way.proxies:
        proxy.reset()

    assert await writing == read[-1].position
    assert revisions(await other.log.read(chain.about)) == list(range(1, 2 + len(more)))


@pytest.mark.parametrize("pairs", [0, 3], ids=["one fact", "a batch"])
async def test_what_was_under_way_in_a_connection_that_broke_is_sent_again(ways: tuple[Way, Way], pairs: int) -> None:
    way, other = ways
    chain = Chain()
    first = await way.log.append(chain.about, chain.opened(), expected=START)
    more = chain.unmuted_and_muted(pairs) if pairs else chain.muted()
    for proxy in way.proxies:
        proxy.stall()

    writing = asyncio.create_task(way.log.append(chain.about, more, expected=first))
    waits = [asyncio.create_task(proxy.held.wait()) for proxy in way.proxies]
    await asyncio.wait(waits, timeout=5, return_when=asyncio.FIRST_COMPLETED)
    assert any(wait.done() for wait in waits)
    for wait in waits:
        wait.cancel()
    for proxy in way.proxies:
        proxy.reset()

    position = await writing
    assert [fact.position for fact in await other.log.read(chain.about)][-1] == position
    assert revisions(await other.log.read(chain.about)) == list(range(1, 2 + len(more)))


@pytest.mark.parametrize("servers", [1], ids=["one server"], indirect=True)
@pytest.mark.parametrize("pairs", [0, 3], ids=["one fact", "a batch"])
async def test_what_was_given_up_may_come_late_whole_and_is_known_when_asked_again(
    servers: Servers, ways: tuple[Way, Way], pairs: int, impatient: Callable[[], None]
) -> None:
    """The append lies in the sleeping server's socket, several times over. Whoever writes next finds it there."""
    way, other = ways
    chain = Chain()
    first = await way.log.append(chain.about, chain.opened(), expected=START)
    more = chain.unmuted_and_muted(pairs) if pairs else chain.muted()
    servers.pause(0)
    await falls_silent(other.client)
    impatient()
    with pytest.raises(LogUnavailable):
        await way.log.append(chain.about, more, expected=first)
    servers.resume(0)

    read = await there(other.log, chain.about, 1 + len(more))
    assert await way.log.append(chain.about, more, expected=first) == read[-1].position
    last: Position = await other.log.append(chain.about, chain.muted(), expected=read[-1].position)
    read = await way.log.read(chain.about)
    assert (read[-1].position, revisions(read)) == (last, list(range(1, 3 + len(more))))
