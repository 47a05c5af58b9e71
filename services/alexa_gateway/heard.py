"""What a listener hears: where the edge began to send to a token, plus how long the speaker has been playing."""

import asyncio
from collections import OrderedDict

from libs.events.ids import Milliseconds, Samples
from libs.events.telemetry import ListenerJoined

SAMPLES_PER_MS = 48
REMEMBERED = 10_000


class Heard:
    """The last first byte of each token. A speaker connects twice, and the later connection is what it plays."""

    def __init__(self) -> None:
        self._first: OrderedDict[str, Samples] = OrderedDict()
        self._news = asyncio.Condition()

    async def joined(self, beacon: ListenerJoined) -> None:
        """An edge said so."""
        self._first[beacon.token] = beacon.mediatime
        self._first.move_to_end(beacon.token)
        if len(self._first) > REMEMBERED:
            self._first.popitem(last=False)
        async with self._news:
            self._news.notify_all()

    def at(self, token: str, offset: Milliseconds) -> Samples | None:
        """Media time of what is heard after `offset` of playing, to about two seconds; None when no edge has told."""
        first = self._first.get(token)
        return None if first is None else Samples(first + offset * SAMPLES_PER_MS)

    async def soon(self, token: str, offset: Milliseconds, patience: Milliseconds) -> Samples | None:
        """As `at`, waiting a little for the edge: a speaker may tell us first."""
        if token in self._first or not patience:
            return self.at(token, offset)
        try:
            async with asyncio.timeout(patience / 1000), self._news:
                await self._news.wait_for(lambda: token in self._first)
        except TimeoutError:
            return None
        return self.at(token, offset)
