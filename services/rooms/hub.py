"""One reader of the log for all open event streams of this process, so that a stream costs a queue, not a consumer."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar

from libs.events.envelope import Recorded
from libs.events.ids import Position
from libs.events.log import EventLog
from libs.events.refusal import Refusal
from libs.events.vocabulary import AnyEvent
from libs.service.forgotten import Forgotten

BEHIND = 1000
STREAMS = 2000


class TooManyStreams(Refusal):
    """As many event streams are open as one process holds."""

    slug: ClassVar = "too-many-streams"
    status: ClassVar = 503


class Reader:
    """The facts of one room as they come. A reader that falls `BEHIND` facts behind is cut off and may resume."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[Recorded[AnyEvent] | None] = asyncio.Queue(BEHIND)
        self._cut = False

    def offer(self, recorded: Recorded[AnyEvent]) -> None:
        """Hand over one fact."""
        if self._queue.full():
            self.cut()
        if not self._cut:
            self._queue.put_nowait(recorded)

    def cut(self) -> None:
        """No more facts; the reader sees the end at once."""
        self._cut = True
        while not self._queue.empty():
            self._queue.get_nowait()
        self._queue.put_nowait(None)

    async def next(self) -> Recorded[AnyEvent] | None:
        """The next fact; None when the stream has to end."""
        return await self._queue.get()


class Hub:
    """Follows the log from when it was started, and tells `forgotten` what it learns."""

    def __init__(self, log: EventLog, forgotten: Forgotten) -> None:
        self._log = log
        self._forgotten = forgotten
        self._readers: dict[str, set[Reader]] = {}
        self._following: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Follow what comes from now on."""
        self._following = asyncio.create_task(self._follow(await self._log.end()), name="hub")

    def unready(self) -> str | None:
        """None while it follows."""
        if self._following is None:
            return "event streams have not started"
        return "event streams have stopped" if self._following.done() else None

    async def drain(self) -> None:
        """End all streams."""
        for readers in self._readers.values():
            for reader in readers:
                reader.cut()
        if self._following is not None:
            self._following.cancel()
            await asyncio.wait([self._following])

    def require_place(self) -> None:
        """Refuse one stream too many."""
        if sum(map(len, self._readers.values())) >= STREAMS:
            raise TooManyStreams(f"{STREAMS} event streams are open here, which is all; try again in a minute")

    @contextmanager
    def reading(self, room: str) -> Iterator[Reader]:
        """A reader of one room's facts, as long as the context lasts."""
        reader = Reader()
        self._readers.setdefault(room, set()).add(reader)
        try:
            yield reader
        finally:
            self._readers[room].discard(reader)
            if not self._readers[room]:
                del self._readers[room]

    async def _follow(self, after: Position) -> None:
        async for batch in self._log.follow(after):
            for recorded in batch:
                self._forgotten.learn(recorded.event)
                for reader in self._readers.get(recorded.envelope.aggregate.scope, ()):
                    reader.offer(recorded)
