"""Reads along: the log as it grows, as the operator, so that the demo waits for facts and not for seconds."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

from libs.events.envelope import Recorded
from libs.events.jetstream.log import JetStreamLog
from libs.events.telemetry import RoomMeters
from libs.events.vocabulary import AnyEvent
from libs.service.broker import Broker
from parlor.demo.chronicle import Expected, missing
from parlor.embedded.infra import running
from parlor.embedded.permissions import OPERATOR

Notice = Callable[[Recorded[AnyEvent]], None]


class Watch:
    """All facts so far, in the order of the log."""

    def __init__(self, log: JetStreamLog, notice: Notice) -> None:
        self.facts: list[Recorded[AnyEvent]] = []
        self._log = log
        self._notice = notice
        self._grown = asyncio.Condition()

    async def follow(self) -> None:
        """Read until cancelled."""
        async for batch in self._log.follow():
            async with self._grown:
                self.facts += batch
                self._grown.notify_all()
            for fact in batch:
                self._notice(fact)

    async def until(self, expected: Sequence[Expected], within: float = 15.0) -> None:
        """Returns when all are in the log, or after so many seconds: what is missing then, the report will say."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within), self._grown:
                await self._grown.wait_for(lambda: not missing(self.facts, expected))

    async def lines(self) -> list[bytes]:
        """Every line that is in the log now."""
        return [fact.line async for batch in self._log.read_all() for fact in batch]


@contextlib.asynccontextmanager
async def watching(state: Path, notice: Notice, meters: Callable[[RoomMeters], None]) -> AsyncIterator[Watch]:
    """Follow the log of the Parlor that runs on this state, and hear its meters."""
    infra = running(state)
    broker = await Broker.connect(infra.nats_url, "demo", OPERATOR, infra.passwords[OPERATOR])

    async def heard(beacon: RoomMeters) -> None:
        meters(beacon)

    try:
        watch = Watch(await JetStreamLog.open(broker.client), notice)
        await broker.hear(RoomMeters, heard)
        following = asyncio.create_task(watch.follow(), name="demo watch")
        try:
            yield watch
        finally:
            following.cancel()
            await asyncio.wait([following])
    finally:
        await broker.drain()
