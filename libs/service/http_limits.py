"""What a client may send: size of body, URL and headers, and how many requests in a while."""

import time
from collections.abc import Callable, Iterable
from typing import ClassVar

import msgspec
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from libs.events.refusal import Refusal
from libs.service.http import problem, problem_of
from libs.service.metrics import REFUSED


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Sizes in bytes. A client (address) may make `burst` requests at once and `rate` a second on average;
    rate 0 means no limit. Streams count once, when they begin.
    """

    body: int = 256 * 1024
    url: int = 8 * 1024
    headers: int = 16 * 1024
    rate: float = 50.0
    burst: float = 200.0
    clients: int = 10_000


class TooLarge(Refusal):
    """The body is larger than any that we take."""

    slug: ClassVar = "content-too-large"
    status: ClassVar = 413


class Buckets:
    """A token bucket for each client; the least recently seen are forgotten above `clients`, full ones first."""

    def __init__(self, limits: Limits, clock: Callable[[], float] = time.monotonic) -> None:
        self._limits = limits
        self._clock = clock
        self._level: dict[str, tuple[float, float]] = {}

    def take(self, client: str) -> bool:
        """True when this client may make one more request now."""
        limits, now = self._limits, self._clock()
        if not limits.rate:
            return True
        level, since = self._level.pop(client, (limits.burst, now))
        level = min(limits.burst, level + (now - since) * limits.rate)
        allowed = level >= 1
        self._level[client] = (level - 1 if allowed else level, now)
        if len(self._level) > limits.clients:
            self._level.pop(next(iter(self._level)))
        return allowed


class Limited:
    """An ASGI layer that turns down what is too much before any route sees it."""

    def __init__(self, app: ASGIApp, limits: Limits) -> None:
        self._app = app
        self._limits = limits
        self._buckets = Buckets(limits)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refused = self._refused(scope)
        if refused is not None:
            slug, status, detail = refused
            REFUSED.labels(slug).inc()
            headers = {"Retry-After": "1"} if status == 429 else None
            await problem_of(slug, status, detail, headers)(scope, receive, send)
            return
        try:
            await self._app(scope, self._counted(receive), send)
        except TooLarge as refusal:
            await problem(refusal, {"Connection": "close"})(scope, receive, send)

    def _refused(self, scope: Scope) -> tuple[str, int, str] | None:
        limits = self._limits
        if len(scope["raw_path"]) + len(scope["query_string"]) > limits.url:
            return "uri-too-long", 414, f"a URL may have {limits.url} bytes"
        if sum(len(name) + len(value) for name, value in scope["headers"]) > limits.headers:
            return "header-fields-too-large", 431, f"all header fields together may have {limits.headers} bytes"
        if _length(scope["headers"]) > limits.body:
            return "content-too-large", 413, f"a body may have {limits.body} bytes"
        if not self._buckets.take(scope["client"][0] if scope["client"] else ""):
            return "too-many-requests", 429, f"{limits.rate:g} requests a second are enough; wait a moment"
        return None

    def _counted(self, receive: Receive) -> Receive:
        got = 0

        async def counting() -> Message:
            nonlocal got
            message = await receive()
            got += len(message.get("body", b""))
            if got > self._limits.body:
                REFUSED.labels(TooLarge.slug).inc()
                raise TooLarge(f"a body may have {self._limits.body} bytes")
            return message

        return counting


def _length(headers: Iterable[tuple[bytes, bytes]]) -> int:
    for name, value in headers:
        if name == b"content-length" and value.isdigit():
            return int(value)
    return 0
