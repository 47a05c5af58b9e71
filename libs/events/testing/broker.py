"""A broker with a replayed log in it, for a program under test that reads the log as it is in the field."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ..ids import START
from ..log import LogTrouble, LogUnavailable
from ..replay import NotReplayable, check, replay
from .live import LiveEvents
from .replayed import ReplayedLog
from .server import OwnServer

if TYPE_CHECKING:
    from nats.aio.client import Client

    from ..jetstream.log import JetStreamLog


class NotOurs(LogTrouble):
    """NATS_URL names a broker whose log has facts in it. Tests neither add to it nor erase it."""


class Broker:
    """`url` is where it is. What `events` gives begins after what was replayed."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._end = START

    def replay(self, log: ReplayedLog) -> None:
        """Write a whole log into the broker's empty one, every line with the bytes that it has.

        Returns when all is there. Raises NotReplayable, also for a part of a log (`--public`), and NotEmpty.
        """
        __tracebackhide__ = True
        try:
            check(log.facts)
        except NotReplayable as fault:
            raise NotReplayable(f"{log.name}, {fault}") from fault

        async def write(client: "Client") -> None:
            into = await log_of(client)
            async for _ in replay(into, log.facts):
                pass
            self._end = await into.end()

        at_once(self.url, write)

    @asynccontextmanager
    async def events(self) -> AsyncIterator[LiveEvents]:
        """Follow the log from the end of what was replayed, as long as the context lasts."""
        async with connected(self.url) as client, LiveEvents(await log_of(client), self._end) as events:
            yield events


@contextmanager
def broker(folder: Path) -> Iterator[Broker]:
    """A broker with an empty log, until the end of the context: the one that NATS_URL names, or one of our own.

    Raises PartMissing that says what to install, or NotOurs.
    """
    if url := os.environ.get("NATS_URL"):
        at_once(url, _require_empty)
        try:
            yield Broker(url)
        finally:
            at_once(url, _erase)
        return
    server = OwnServer(folder)
    try:
        server.start()
        yield Broker(server.url)
    finally:
        server.stop()


@asynccontextmanager
async def connected(url: str) -> "AsyncIterator[Client]":
    """A connection to the broker there. Raises LogUnavailable."""
    from nats.aio.client import Client
    from nats.errors import Error

    async def quiet(_: Exception) -> None:
        """What goes wrong is raised where somebody waits for it."""

    client = Client()
    try:
        await client.connect(url, error_cb=quiet, max_reconnect_attempts=1, reconnect_time_wait=1, connect_timeout=5)
    except (Error, OSError) as fault:
        raise LogUnavailable(f"the broker does not answer: {fault or type(fault).__name__}") from fault
    try:
        yield client
    finally:
        await client.close()


async def log_of(client: "Client") -> "JetStreamLog":
    """The log of that broker, made when it has none. Raises UnfitBroker or LogUnavailable."""
    from ..jetstream.existing import look
    from ..jetstream.log import JetStreamLog

    there = await look(client)
    return await JetStreamLog.open(client, there.replicas or 1)


def at_once(url: str, act: "Callable[[Client], Awaitable[None]]") -> None:
    """Do something with the broker there and wait for it, whether an event loop runs in this thread or none does."""

    async def acted() -> None:
        async with connected(url) as client:
            await act(client)

    with ThreadPoolExecutor(1) as thread:
        thread.submit(lambda: asyncio.run(acted())).result()


async def _require_empty(client: "Client") -> None:
    from ..jetstream.existing import look

    there = await look(client)
    if there.facts:
        raise NotOurs(
            f"the broker in NATS_URL has a log of {there.facts} facts: name one with none, which tests may write into "
            "and empty again, or unset NATS_URL for a broker of the tests' own"
        )


async def _erase(client: "Client") -> None:
    from ..jetstream.existing import erase

    await erase(client)
