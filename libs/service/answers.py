"""Answers to commands, kept so that the same command gets the same answer (24 hours)."""

import time
from collections.abc import Callable
from typing import Protocol

import msgspec

DAY = 24 * 60 * 60


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """One answer. `fingerprint` tells whether a repeated key comes with the same command; `status` is for HTTP."""

    fingerprint: str
    status: int
    answer: bytes


class Answers(Protocol):
    """Where answers are kept; `key` is the actor and the command's id."""

    async def recall(self, key: str) -> Kept | None:
        """The answer, if there is one that is younger than a day."""

    async def keep(self, key: str, kept: Kept) -> None:
        """Keep it; the first answer to a key stays."""


class MemoryAnswers:
    """For services without a database, and for tests. The newest `limit` answers are kept."""

    def __init__(self, limit: int = 10_000, clock: Callable[[], float] = time.monotonic) -> None:
        self._kept: dict[str, tuple[float, Kept]] = {}
        self._limit = limit
        self._clock = clock

    async def recall(self, key: str) -> Kept | None:
        """As Answers.recall."""
        since, kept = self._kept.get(key, (0.0, None))
        return kept if self._clock() - since < DAY else None

    async def keep(self, key: str, kept: Kept) -> None:
        """As Answers.keep."""
        now = self._clock()
        since, _ = self._kept.get(key, (now - DAY, kept))
        if now - since < DAY:
            return
        self._kept.pop(key, None)
        self._kept[key] = (now, kept)
        while len(self._kept) > self._limit:
            self._kept.pop(next(iter(self._kept)))
