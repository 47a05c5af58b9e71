"""The log on NATS JetStream: stream `EVT`, one message per fact, the payload is the envelope's line.

A conflict has two codes (10071 and, while another append is under way, 10164), the second is sometimes raised for
nothing, and after a lost acknowledgement a retry is answered in different ways by one server and by three. So no
answer but a plain acknowledgement is believed: the stream's leader is asked what came after the expectation. Nothing:
the append is tried again as it was. Our own facts: it had succeeded. Others': AppendedMeanwhile.
"""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from typing import Self

import msgspec
from nats.aio.client import Client

from ..envelope import Envelope, Recorded, UnreadableEvent, decode, decode_surely, encode, stored
from ..fresh import fresh_id
from ..ids import START, Position
from ..log import AppendedMeanwhile, Batch, LogReplaced, LogUnavailable
from ..subjects import EVENTS_STREAM, EVERYTHING, Aggregate, Interest, event_subject, parse_subject
from ..vocabulary import AnyEvent
from .headers import read_headers_fast
from .pull import Interrupted, Pull
from .replies import ApiError, Replies, within
from .stream import ask_stream, make_or_compare, refuse_old_server

ANSWER_SECONDS = 2.0
PATIENCE_SECONDS = 6.0
PAUSE_SECONDS = 0.1
LOOK_SECONDS = 0.5
OPEN_SECONDS = 0.5
OPEN_SECONDS_AT_MOST = 30.0
"""Of three servers the one that is asked may just have died, so we ask again soon; a stream of many millions may need
long to count what a consumer wants, so each time we wait longer.
"""
IN_FLIGHT = 256
"""More appends than this wait here: a server that syncs each to a slow disk would answer the last ones too late."""
DIRECT_BATCH = 500
NO_MESSAGE = 10037

LEADER_GET = f"$JS.API.STREAM.MSG.GET.{EVENTS_STREAM}"
DIRECT_GET = f"$JS.API.DIRECT.GET.{EVENTS_STREAM}"


class PubAck(msgspec.Struct, frozen=True):
    """The answer to a publication; `seq` is that of the last message of a batch."""

    error: ApiError | None = None
    seq: int = 0
    duplicate: bool = False


class StoredMessage(msgspec.Struct, frozen=True):
    """One message as the leader has it."""

    seq: int
    subject: str = ""
    data: bytes = b""


class GetAnswer(msgspec.Struct, frozen=True):
    """`io.nats.jetstream.api.v1.stream_msg_get_response`."""

    error: ApiError | None = None
    message: StoredMessage | None = None


_acks = msgspec.json.Decoder(PubAck)
_gets = msgspec.json.Decoder(GetAnswer)


class JetStreamLog:
    """Keeps the promises of `EventLog`. Make it with `open`; it lives as long as the client that it was given."""

    def __init__(self, client: Client, replies: Replies, identity: str) -> None:
        self._client = client
        self._replies = replies
        self._identity = identity
        self._gate = asyncio.Semaphore(IN_FLIGHT)

    @classmethod
    async def open(cls, client: Client, replicas: int = 1) -> Self:
        """The log of this server, its stream made when missing. Raises UnfitBroker or LogUnavailable."""
        refuse_old_server(client)
        read_headers_fast(client)
        replies = Replies(client)
        await replies.open()
        stream = await make_or_compare(replies, replicas)
        return cls(client, replies, f"{EVENTS_STREAM} {stream.created}")

    async def identity(self) -> str:
        return self._identity

    async def append(self, aggregate: Aggregate, facts: Sequence[Envelope], *, expected: Position) -> Position:
        if not facts:
            return expected
        async with self._gate:
            return await self._append(aggregate, facts, expected)

    async def _append(self, aggregate: Aggregate, facts: Sequence[Envelope], expected: Position) -> Position:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + PATIENCE_SECONDS
        while True:
            try:
                ack = await self._publish(aggregate, facts, expected)
                if ack.error is None and not ack.duplicate:
                    return Position(ack.seq)
                reason = ack.error.description if ack.error else "the fact's id was used before"
                settled = await self._settled(aggregate, facts, expected)
            except LogUnavailable as fault:
                reason, settled = str(fault), None
            if settled is not None:
                return settled
            if loop.time() > deadline:
                raise LogUnavailable(f"{aggregate.name}: {reason}")
            await asyncio.sleep(PAUSE_SECONDS)

    async def _publish(self, aggregate: Aggregate, facts: Sequence[Envelope], expected: Position) -> PubAck:
        headers = {
            "Nats-Expected-Last-Subject-Sequence": str(expected),
            "Nats-Expected-Last-Subject-Sequence-Subject": f"{aggregate.prefix}.>",
        }
        batch = fresh_id() if len(facts) > 1 else ""
        for n, fact in enumerate(facts[:-1], start=1):
            mark = {"Nats-Msg-Id": fact.id, "Nats-Batch-Id": batch, "Nats-Batch-Sequence": str(n)}
            await self._replies.tell(event_subject(aggregate, fact.type), encode(fact), headers | mark)
            headers = {}
        last = facts[-1]
        headers["Nats-Msg-Id"] = last.id
        if batch:
            headers |= {"Nats-Batch-Id": batch, "Nats-Batch-Sequence": str(len(facts)), "Nats-Batch-Commit": "1"}
        subject = event_subject(aggregate, last.type)
        return _acks.decode(await self._ask(subject, encode(last), headers))

    async def _settled(self, aggregate: Aggregate, facts: Sequence[Envelope], expected: Position) -> Position | None:
        """Where the facts are if they are there, None if nothing came after the expectation.

        Raises AppendedMeanwhile when something else did (the same id in another line too: the caller's chain must go
        on after the line that is there), or when the aggregate has not come as far as that.
        """
        position = expected
        for n, fact in enumerate(facts):
            found = await self._next(f"{aggregate.prefix}.>", position)
            if found is None and n == 0 and await self._ends_at(aggregate, expected):
                return None
            if found is None or found.data != encode(fact):
                raise AppendedMeanwhile(f"{aggregate.name}: expected position {expected}")
            position = Position(found.seq)
        return position

    async def _ends_at(self, aggregate: Aggregate, expected: Position) -> bool:
        body = {"last_by_subj": f"{aggregate.prefix}.>"}
        last = _gets.decode(await self._ask(LEADER_GET, msgspec.json.encode(body))).message
        return (last.seq if last else START) == expected

    async def _next(self, subjects: str, after: Position) -> StoredMessage | None:
        """The first message on these subjects after a position, as the stream's leader has it."""
        body = {"seq": after + 1, "next_by_subj": subjects}
        answer = _gets.decode(await self._ask(LEADER_GET, msgspec.json.encode(body)))
        if answer.error is not None and answer.error.err_code != NO_MESSAGE:
            raise LogUnavailable(f"reading {subjects}: {answer.error.description} ({answer.error.err_code})")
        return answer.message

    async def _ask(self, subject: str, payload: bytes, headers: Mapping[str, str] | None = None) -> bytes:
        answer = await self._replies.ask(subject, payload, headers)
        return (await within(answer, ANSWER_SECONDS, subject)).data

    async def read(self, aggregate: Aggregate, after: Position = START) -> Batch:
        return await self._gather(f"{aggregate.prefix}.>", after)

    async def read_scope(self, scope: str) -> Batch:
        return await self._gather(Interest(scope=scope).subjects[0], START)

    async def _gather(self, subjects: str, after: Position) -> Batch:
        """Direct reads for the bulk, which any replica may answer and may answer late; the leader for what is left."""
        gathered: Batch = []
        while True:
            body = {"batch": DIRECT_BATCH, "seq": after + 1, "next_by_subj": subjects}
            found = await self._replies.ask_many(DIRECT_GET, msgspec.json.encode(body), ANSWER_SECONDS)
            gathered += [decode_surely(msg.data, Position(int((msg.headers or {})["Nats-Sequence"]))) for msg in found]
            after = gathered[-1].position if gathered else after
            if len(found) < DIRECT_BATCH:
                break
        while (tail := await self._next(subjects, after)) is not None:
            after = Position(tail.seq)
            gathered.append(decode_surely(tail.data, after))
        return gathered

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
                    lines = [(Position(place), line) for place, _, line in taken if end is None or place <= end]
                    read = await self._read(lines)
                    after, pending = Position(taken[-1][0]), taken[-1][1]
                    if read:
                        yield read
            except (Interrupted, LogUnavailable):
                patience = min(2 * patience, OPEN_SECONDS_AT_MOST)
                await self._same_log()
            else:
                return
            finally:
                await pull.close()

    async def _more(self, pending: int, interest: Interest, after: Position, end: Position) -> bool:
        """Is anything left up to `end`? When the consumer says no we ask the leader, as its server may lag."""
        if pending or after >= end:
            return after < end
        for subjects in interest.subjects:
            found = await self._next(subjects, after)
            if found is not None and found.seq <= end:
                return True
        return False

    async def _read(self, lines: Sequence[tuple[Position, bytes]]) -> Batch:
        try:
            return [decode(line, place) for place, line in lines]
        except UnreadableEvent:
            return [await self._read_one(line, place) for place, line in lines]

    async def _read_one(self, line: bytes, position: Position) -> Recorded[AnyEvent]:
        """One line; where it lies is asked only when it does not say so itself."""
        try:
            return decode(line, position)
        except UnreadableEvent:
            body = {"seq": position}
            found = _gets.decode(await self._ask(LEADER_GET, msgspec.json.encode(body))).message
            if found is None:
                raise LogUnavailable(f"the leader does not have position {position}, or not yet") from None
            return stored(line, position, parse_subject(found.subject))

    async def _same_log(self) -> None:
        """Wait until the stream answers again; raise LogReplaced when it is another one."""
        while True:
            try:
                stream = await ask_stream(self._replies, "INFO", seconds=LOOK_SECONDS)
            except LogUnavailable:
                await asyncio.sleep(PAUSE_SECONDS)
                continue
            if stream.error is None and f"{EVENTS_STREAM} {stream.created}" != self._identity:
                raise LogReplaced(f"the log was {self._identity!r}, now it is made anew: {stream.created!r}")
            if stream.error is None:
                return
            await asyncio.sleep(PAUSE_SECONDS)
