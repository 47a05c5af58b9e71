"""The doorway to core NATS: publish, listen, ask, serve. The event log has its own (libs/events/jetstream).

Nothing here is kept by the server: a message that nobody hears is gone. Each service connects as its own user and
gets answers in its own inbox (`_INBOX_<user>`), so that no service can read another's answers.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from inspect import isawaitable
from typing import Any, TypeVar
from urllib.parse import urlsplit

import msgspec
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.errors import Error as NatsError
from nats.errors import NoRespondersError, UnexpectedEOF
from nats.errors import TimeoutError as NatsTimeout
from opentelemetry.trace import SpanKind

from libs.events.ids import Milliseconds
from libs.events.telemetry import Telemetry
from libs.service.cannotstart import CannotStart
from libs.service.logs import logger
from libs.service.tracing import HEADER, current, span

T = TypeVar("T", bound=Telemetry)

DEADLINE_HEADER = "Parlor-Deadline"
PATIENCE = Milliseconds(5_000)
DRAIN = Milliseconds(5_000)
PING_SECONDS = 5
"""After two pings without an answer the connection is given up for a new one. nats-py's own 120 s would leave a service
deaf for minutes: behind a network that swallows everything, and after a `flush` that was answered too late, which ends
the client's reader (nats-py 2.16: InvalidStateError).
"""
AT_ONCE = 256
HUNG_UP = (ConnectionResetError, UnexpectedEOF)
"""What a client sees of a server that closed: less telling than what the server said before, now or last time."""


class BrokerUnreachable(CannotStart):
    """No NATS server let us in: one sentence with where and why."""


class Unanswered(Exception):
    """Nobody answered a question in time; whether it had an effect is not known."""


def _place(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme or 'nats'}://{parts.hostname}:{parts.port or 4222}"


class Broker:
    """One connection. Reconnects by itself for ever; `unready` tells while it is away."""

    def __init__(self, client: Client, name: str) -> None:
        self.client = client
        self.name = name
        self._log = logger(name)
        self._serving: set[asyncio.Task[None]] = set()
        self._gate = asyncio.Semaphore(AT_ONCE)
        self._served_on: list[Subscription] = []
        self._fault: Exception | None = None

    @classmethod
    async def connect(
        cls,
        url: str,
        name: str,
        user: str | None = None,
        password: str | None = None,
        **options: Any,
    ) -> "Broker":
        """Connect within `patience` milliseconds (option, 5000). Answers come to `_INBOX_<user>`, or without a user
        `_INBOX_<name>`, unless the option `inbox` says otherwise. Raises BrokerUnreachable.
        """
        patience: Milliseconds = options.pop("patience", PATIENCE)
        login = user or urlsplit(url).username or name
        inbox: str = options.pop("inbox", None) or f"_INBOX_{login}"
        client = Client()
        broker = cls(client, name)
        connecting = client.connect(
            url,
            name=name,
            user=user,
            password=password,
            inbox_prefix=inbox,
            error_cb=broker._failed,
            disconnected_cb=broker._disconnected,
            reconnected_cb=broker._reconnected,
            max_reconnect_attempts=-1,
            reconnect_time_wait=1,
            connect_timeout=2,
            ping_interval=PING_SECONDS,
            **options,
        )
        try:
            await asyncio.wait_for(connecting, patience / 1000)
        except (TimeoutError, OSError, NatsError) as fault:
            why = _reason(broker._fault or fault)
            await client.close()
            raise BrokerUnreachable(f"no NATS server lets {login} in at {_place(url)}: {why}") from fault
        return broker

    async def publish(self, subject: str, payload: bytes, headers: dict[str, str] | None = None) -> None:
        """Send and forget."""
        await self.client.publish(subject, payload, headers=headers)

    async def tell(self, beacon: Telemetry, key: str) -> None:
        """Send a beacon on `tel.<topic>.<key>`."""
        await self.client.publish(f"tel.{beacon.topic}.{key}", msgspec.msgpack.encode(beacon))

    async def hear(self, beacons: type[T], handler: Callable[[T], Awaitable[None] | None]) -> None:
        """Have every beacon of one class handed over, in order; what can't be decoded is dropped and logged."""
        decoder = msgspec.msgpack.Decoder(beacons)

        async def heard(subject: str, payload: bytes) -> None:
            try:
                beacon = decoder.decode(payload)
            except msgspec.DecodeError as fault:
                self._log.warning("beacon dropped", subject=subject, why=str(fault))
                return
            done = handler(beacon)
            if isawaitable(done):
                await done

        await self.listen(f"tel.{beacons.topic}.*", heard)

    async def listen(
        self, subject: str, handler: Callable[[str, bytes], Awaitable[None]]
    ) -> Callable[[], Awaitable[None]]:
        """Have every message from now on handed over, in order, one after the other. Returns how to stop listening."""

        async def arrived(message: Msg) -> None:
            try:
                await handler(message.subject, message.data)
            except Exception:  # noqa: BLE001  # one bad message must not end the subscription; it is logged here, once
                self._log.exception("listener failed", subject=message.subject)

        return (await self._subscribe(subject, "", arrived)).unsubscribe

    async def ask(self, subject: str, payload: bytes, deadline: Milliseconds) -> bytes:
        """The answer of whoever serves the subject; they see the deadline too. Raises Unanswered."""
        headers = {DEADLINE_HEADER: str(deadline)}
        if (trace := current()) is not None:
            headers[HEADER] = trace
        try:
            message = await self.client.request(subject, payload, timeout=deadline / 1000, headers=headers)
        except NoRespondersError as fault:
            raise Unanswered(f"nobody serves {subject}") from fault
        except NatsTimeout as fault:
            raise Unanswered(f"no answer to {subject} within {deadline} ms") from fault
        except NatsError as fault:
            raise Unanswered(f"{subject} could not be asked: {_reason(fault)}") from fault
        return message.data

    async def serve(
        self,
        subject: str,
        handler: Callable[[bytes, Mapping[str, str]], Awaitable[bytes]],
        queue: str = "",
    ) -> None:
        """Answer every question, 256 at a time; with `queue`, one of all servers of that queue answers.

        When the deadline that the question carries has passed, nobody waits: it is not begun, or given up.
        """

        async def arrived(message: Msg) -> None:
            until = _until(message)
            task = asyncio.create_task(self._answer(message, handler, until))
            self._serving.add(task)
            task.add_done_callback(self._serving.discard)

        self._served_on.append(await self._subscribe(subject, queue, arrived))

    async def _subscribe(self, subject: str, queue: str, arrived: Callable[[Msg], Awaitable[None]]) -> Subscription:
        """Subscribed, and the server knows it: whoever publishes from now on is heard."""
        subscription = await self.client.subscribe(subject, queue=queue, cb=arrived)
        with suppress(NatsError):  # away just now: the subscription is renewed when the server is back
            for _ in range(2):  # nats-py 2.16 sends the first one's PING ahead of the SUB that is still queued
                await self.client.flush(2)
        return subscription

    async def _answer(
        self, message: Msg, handler: Callable[[bytes, Mapping[str, str]], Awaitable[bytes]], until: float | None
    ) -> None:
        name = message.subject.rpartition(".")[2]
        try:
            headers = message.headers or {}
            async with asyncio.timeout_at(until), self._gate:
                with span(self.name, name, headers.get(HEADER), SpanKind.SERVER):
                    answer = await handler(message.data, headers)
            await message.respond(answer)
        except TimeoutError:
            self._log.warning("question given up, its deadline passed", subject=message.subject)
        except Exception:  # noqa: BLE001  # the asker's deadline tells them; logged here, once, and we go on serving
            self._log.exception("question failed", subject=message.subject)

    def unready(self) -> str | None:
        """None while connected."""
        return None if self.client.is_connected else "NATS is not connected"

    async def drain(self) -> None:
        """Take no more, finish what was taken, send what is queued, close. At most 10 s."""
        try:
            await asyncio.wait_for(self._drain(), 2 * DRAIN / 1000)
        except (TimeoutError, NatsError):
            await self.client.close()

    async def _drain(self) -> None:
        if self.client.is_closed:
            return
        for subscription in self._served_on:
            await subscription.drain()  # type: ignore[no-untyped-call]  # nats-py annotates it half
        if self._serving:
            await asyncio.wait(self._serving, timeout=DRAIN / 1000)
        await self.client.drain()

    async def _failed(self, fault: Exception) -> None:
        if self.client.is_connected:
            self._log.warning("NATS complains", why=_reason(fault))
        if self._fault is None or not isinstance(fault, HUNG_UP):
            self._fault = fault

    async def _disconnected(self) -> None:
        if not self.client.is_closed and not self.client.is_draining:
            self._log.warning("NATS lost")

    async def _reconnected(self) -> None:
        self._log.info("NATS back")


def _until(message: Msg) -> float | None:
    """When the asker stops waiting, on the loop's clock."""
    try:
        return asyncio.get_running_loop().time() + int((message.headers or {})[DEADLINE_HEADER]) / 1000
    except (KeyError, ValueError):
        return None


def _reason(fault: BaseException) -> str:
    if isinstance(fault, OSError) and fault.strerror:
        return fault.strerror
    text = str(fault) or type(fault).__name__
    return text.removeprefix("nats: ")
