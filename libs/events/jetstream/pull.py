"""The log's own pull loop: a plain subscription as inbox, two pull requests in flight, heartbeats watched.

nats-py's `fetch` and its iterators wrap every message in `asyncio.wait_for`, and its ordered consumer needs up to 20 s
to notice a restarted server; this loop replays five times as fast and goes on within 2 s. Theory of operation: the
consumer is short-lived, keeps no acknowledgements and is named by us. When anything is odd (a gap in the consumer's
own count, silence, a reconnection, a status that we don't expect) it is thrown away, and another one is made that
starts after the last message that was handed out. So nothing can be lost, doubled or reordered, and there is one
recovery path instead of many.
"""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any, Self, cast

import msgspec
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.errors import Error as NatsError

from ..fresh import fresh_id
from ..ids import Position
from ..log import LogUnavailable
from ..subjects import EVENTS_STREAM
from .replies import ApiError, Replies, status, within

PULL = 1000
PULL_SECONDS = 30
HEARTBEAT_SECONDS = 0.4
GLANCE_SECONDS = 0.5
GLANCES = 2
"""So often in a row nothing was heard, although a heartbeat was due each time: then the consumer's server is away. Not
counted in seconds, because a loop that was busy for long would take that for silence.
"""
NANOSECONDS = 1_000_000_000

HEARTBEAT = "100"
TIMED_OUT = "408"
TOKENS = 9
"""Of a subject `$JS.ACK.<stream>.<consumer>.<delivered>.<stream seq>.<consumer seq>.<time>.<pending>`."""


class ConsumerAnswer(msgspec.Struct, frozen=True):
    """`io.nats.jetstream.api.v1.consumer_create_response`, as far as it matters here."""

    error: ApiError | None = None
    num_pending: int = 0


class Interrupted(Exception):
    """The present consumer is of no more use; start anew after the last message."""


class Taken(msgspec.Struct, frozen=True):
    """Lines in the order of the log, with where each is in the stream; `pending` are still to come, as of the last."""

    places: list[Position]
    lines: list[bytes]
    pending: int

    def parts(self, most: int) -> Iterator[Self]:
        """The same in order, at most so many lines each."""
        count = len(self.lines)
        for start in range(0, count, most):
            end = min(start + most, count)
            yield type(self)(self.places[start:end], self.lines[start:end], self.pending + count - end)


class Pull:
    """One consumer's life: open, take batches until Interrupted, close."""

    def __init__(self, client: Client, replies: Replies, subjects: Sequence[str]) -> None:
        self._client = client
        self._replies = replies
        self._subjects = list(subjects)
        self._name = f"pull-{fresh_id()}"
        self._inbox = client.new_inbox()
        self._subscription: Subscription | None = None
        self._arrived: list[Msg] = []
        self._wake: asyncio.Future[None] | None = None
        self._wanted = 0
        self._counted = 0
        self._gone = ""
        self._reconnects = 0
        self._silent = 0

    async def open(self, after: Position, seconds: float) -> int:
        """Make the consumer; returns how many messages wait. Raises LogUnavailable after so many seconds."""
        self._reconnects = self._client.stats["reconnects"]
        self._subscription = await self._client.subscribe(self._inbox, cb=self._heard)
        subject = f"$JS.API.CONSUMER.CREATE.{EVENTS_STREAM}.{self._name}"
        body = {"stream_name": EVENTS_STREAM, "action": "create", "config": self._config(after)}
        answer = await within(await self._replies.ask(subject, msgspec.json.encode(body)), seconds, subject)
        made = msgspec.json.decode(answer.data, type=ConsumerAnswer)
        if made.error is not None:
            raise LogUnavailable(f"no consumer: {made.error}")
        return made.num_pending

    def _config(self, after: Position) -> dict[str, Any]:
        return {
            "name": self._name,
            "deliver_policy": "by_start_sequence",
            "opt_start_seq": after + 1,
            "ack_policy": "none",
            "replay_policy": "instant",
            "filter_subjects": self._subjects,
            "inactive_threshold": 60 * NANOSECONDS,
            "mem_storage": True,
            "num_replicas": 1,
        }

    async def take(self) -> Taken:
        """Whatever is queued, at least one line. Raises Interrupted."""
        loop = asyncio.get_running_loop()
        self._silent = 0
        while not self._arrived:
            await self._pull()
            self._wake = loop.create_future()
            glance = loop.call_later(GLANCE_SECONDS, self._awake)
            try:
                await self._wake
            finally:
                glance.cancel()
            if not self._arrived:
                self._look()
        arrived, self._arrived = self._arrived, []
        self._wanted -= len(arrived)
        await self._pull()
        return self._in_order(arrived)

    def _in_order(self, arrived: list[Msg]) -> Taken:
        """What the `$JS.ACK` subjects say: stream sequence, consumer sequence, time, number to come (and, where the
        server has a domain, one token more).
        """
        tail = 4 if arrived[0].reply.count(".") == TOKENS - 1 else 5
        taken: list[int] = []
        counted, pending = self._counted, "0"
        for msg in arrived:
            _, place, count, _, pending, *_ = msg.reply.rsplit(".", tail)
            if int(count) != counted + 1:
                self._gone = f"message {count} of the consumer came after {counted}"
                break
            counted += 1
            taken.append(int(place))
        if not taken:
            raise Interrupted(self._gone)
        self._counted = counted
        return Taken(cast("list[Position]", taken), [msg.data for msg in arrived[: len(taken)]], int(pending))

    def _awake(self) -> None:
        if self._wake is not None and not self._wake.done():
            self._wake.set_result(None)

    def _look(self) -> None:
        """Raise Interrupted when the server went away or has been silent for two heartbeats and more."""
        self._silent += 1
        if self._client.stats["reconnects"] != self._reconnects:
            self._gone = "the connection is a new one"
        if self._silent > GLANCES:
            self._gone = "no heartbeat"
        if self._gone:
            raise Interrupted(self._gone)

    async def _pull(self) -> None:
        """Keep between one and two requests' worth of messages on order."""
        while not self._gone and self._wanted <= PULL:
            self._wanted += PULL
            request = {
                "batch": PULL,
                "expires": PULL_SECONDS * NANOSECONDS,
                "idle_heartbeat": int(HEARTBEAT_SECONDS * NANOSECONDS),
            }
            subject = f"$JS.API.CONSUMER.MSG.NEXT.{EVENTS_STREAM}.{self._name}"
            try:
                await self._client.publish(subject, msgspec.json.encode(request), reply=self._inbox)
            except NatsError as fault:
                raise Interrupted(str(fault)) from fault

    async def _heard(self, msg: Msg) -> None:
        self._silent = 0
        code = status(msg)
        if not code:
            self._arrived.append(msg)
        elif code == HEARTBEAT:
            return
        elif code == TIMED_OUT:
            self._wanted -= int((msg.headers or {}).get("Nats-Pending-Messages", PULL))
        else:
            self._gone = f"{code} {(msg.headers or {}).get('Description', '')}"
        self._awake()

    async def close(self) -> None:
        """Stop listening and let the server forget the consumer; both are only manners, so no answer is awaited."""
        with suppress(NatsError):
            if self._subscription is not None:
                await self._subscription.unsubscribe()
            await self._client.publish(f"$JS.API.CONSUMER.DELETE.{EVENTS_STREAM}.{self._name}", b"")
