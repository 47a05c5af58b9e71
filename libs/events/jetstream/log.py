"""The log on NATS JetStream: stream `EVT`, one message per fact, the payload is the envelope's line.

How it is written is in writer.py (one decision), pipeline.py (many at once) and convoy.py (many in one order), how it
is read in reading.py (for deciding) and pull.py (for following); here is what ties them together.
"""

import asyncio
from bisect import bisect_right
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import aclosing
from typing import Self

from nats.aio.client import Client

from ..envelope import Envelope, Recorded, UnreadableEvent, decode, decode_all, stored
from ..ids import START, Position
from ..log import Batch, Decision, LogReplaced, LogUnavailable, Outcome
from ..subjects import EVENTS_STREAM, EVERYTHING, Aggregate, Interest, parse_subject
from ..vocabulary import AnyEvent
from .convoy import Convoy
from .frames import appended
from .headers import read_headers_late
from .leader import Leader
from .pipeline import Pipeline
from .pull import PULL, Interrupted, Pull, Taken
from .reading import Reader
from .replies import Replies
from .stream import ask_stream, make_or_compare, refuse_old_server
from .writer import Writer

PAUSE_SECONDS = 0.1
LOOK_SECONDS = 0.5
LOOKS = 50
OPEN_SECONDS = 0.5
OPEN_SECONDS_AT_MOST = 30.0
"""Of three servers the one that is asked may just have died or lag, so we ask again soon; a stream of many millions may
need long to count what a consumer wants, so each time we wait longer.
"""
REPLAYED = 64
"""A replay hands out no more at once: what was decoded should still be in the processor's cache when it is folded."""


class JetStreamLog:
    """Keeps the promises of `EventLog`. Make it with `open`; it lives as long as the client that it was given."""

    def __init__(self, client: Client, replies: Replies, identity: str) -> None:
        self._client = client
        self._replies = replies
        self._identity = identity
        self._leader = Leader(replies)
        self._reader = Reader(replies)
        self._writer = Writer(replies)

    @classmethod
    async def open(cls, client: Client, replicas: int = 1) -> Self:
        """The log of this server, its stream made when missing. Raises UnfitBroker or LogUnavailable."""
        refuse_old_server(client)
        read_headers_late(client)
        replies = Replies(client)
        await replies.open()
        stream = await make_or_compare(replies, replicas)
        return cls(client, replies, f"{EVENTS_STREAM} {stream.created}")

    async def identity(self) -> str:
        return self._identity

    async def append(self, aggregate: Aggregate, facts: Sequence[Envelope], *, expected: Position) -> Position:
        return await self._writer.append(Decision(aggregate, facts, expected))

    async def append_many(self, decisions: Iterable[Decision]) -> list[Outcome]:
        return await Pipeline(self._replies, appended, self._writer.settle).run(decisions)

    def append_in_order(self, decisions: Iterable[Decision], after: Position) -> AsyncGenerator[int, None]:
        return Convoy(self._replies, after).run(decisions)

    async def read(self, aggregate: Aggregate, after: Position = START) -> Batch:
        return await self._reader.aggregate(aggregate, after)

    async def read_scope(self, scope: str) -> Batch:
        return await self._reader.scope(scope)

    async def end(self) -> Position:
        stream = await ask_stream(self._replies, "INFO")
        if stream.error is not None:
            raise LogUnavailable(f"stream {EVENTS_STREAM}: {stream.error.description}")
        return Position(stream.state.last_seq)

    async def read_all(self, after: Position = START, interest: Interest = EVERYTHING) -> AsyncGenerator[Batch, None]:
        end = await self.end()
        if end > after:
            async with aclosing(self._batches(after, interest, end)) as batches:
                async for batch in batches:
                    yield batch

    def follow(self, after: Position = START, interest: Interest = EVERYTHING) -> AsyncGenerator[Batch, None]:
        return self._batches(after, interest, None)

    async def _batches(self, after: Position, interest: Interest, end: Position | None) -> AsyncGenerator[Batch, None]:
        """One pull after another: each goes on after the last fact that was handed out."""
        patience = OPEN_SECONDS
        while True:
            pull = Pull(self._client, self._replies, interest.subjects)
            try:
                pending = await pull.open(after, patience)
                patience = OPEN_SECONDS
                while end is None or await self._more(pending, interest, after, end):
                    taken = await pull.take()
                    for part in taken.parts(2 * PULL if end is None else REPLAYED):
                        read = await self._read(part, end)
                        after, pending = part.places[-1], part.pending
                        if read:
                            yield read
            except (Interrupted, LogUnavailable):
                patience = min(2 * patience, OPEN_SECONDS_AT_MOST)
                await self._same_log(after)
            else:
                return
            finally:
                await pull.close()

    async def _more(self, pending: int, interest: Interest, after: Position, end: Position) -> bool:
        """Is anything left up to `end`? When the consumer says no we ask the leader, as its server may lag."""
        if pending or after >= end:
            return after < end
        for subjects in interest.subjects:
            found = await self._leader.next(subjects, after)
            if found is not None and found.seq <= end:
                return True
        return False

    async def _read(self, taken: Taken, end: Position | None) -> Batch:
        """What was taken, up to `end`."""
        places, lines = taken.places, taken.lines
        if end is not None and places[-1] > end:
            count = bisect_right(places, end)
            places, lines = places[:count], lines[:count]
        try:
            return decode_all(places, lines)
        except UnreadableEvent:
            return [await self._read_one(line, place) for place, line in zip(places, lines, strict=True)]

    async def _read_one(self, line: bytes, position: Position) -> Recorded[AnyEvent]:
        """One line; where it lies is asked only when it does not say so itself."""
        try:
            return decode(line, position)
        except UnreadableEvent:
            found = await self._leader.at(position)
            if found is None:
                raise LogUnavailable(f"the leader does not have position {position}, or not yet") from None
            return stored(line, position, parse_subject(found.subject))

    async def _same_log(self, read: Position) -> None:
        """Wait until the stream answers again and has what was read, which a new leader may not have at once; raise
        LogReplaced when it is another one, or has lost it.
        """
        looks = 0
        while True:
            await asyncio.sleep(PAUSE_SECONDS if looks else 0)
            try:
                stream = await ask_stream(self._replies, "INFO", seconds=LOOK_SECONDS)
            except LogUnavailable:
                looks = looks or 1
                continue
            looks += 1
            if stream.error is not None:
                continue
            if f"{EVENTS_STREAM} {stream.created}" != self._identity:
                raise LogReplaced(f"the log was {self._identity!r}, now it is made anew: {stream.created!r}")
            if stream.state.last_seq >= read:
                return
            if looks > LOOKS:
                raise LogReplaced(f"the log ends at {stream.state.last_seq}, and {read} was read: facts were lost")
