"""One process: start its parts, serve them on one origin, and end in an order that loses nothing.

    start    admin port (live, not ready) -> parts in order -> HTTP and HTTPS -> ready
    end      unready -> (wait) -> stop accepting -> drain parts, last first -> close brokers, then the database
             -> admin port

SIGTERM and SIGINT begin the end; another one, a second or more later, forces it (Ctrl-C reaches a whole process group,
and the parent then terminates its children too: that is one wish, not two). Both servers share one loop and one app.
"""

import asyncio
import signal
import socket
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from libs.service.cannotstart import CannotStart
from libs.service.health import Health
from libs.service.listening import Server, Tls, listen
from libs.service.logs import logger
from libs.service.part import Part

ONE_WISH_S = 1.0
QUICK_S = 1.0


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """How a process meets the world. HTTPS is on when both TLS files are set. `unready_seconds` is how long a load
    balancer needs to notice; `drain_seconds` is the most that open requests, and each part, may take to end.
    `trusted_proxies` are addresses whose X-Forwarded-For names the client.
    """

    bind: str = "127.0.0.1"
    http_port: int = 8080
    https_port: int = 8443
    tls_cert_file: Path | None = None
    tls_key_file: Path | None = None
    admin_port: int = 9090
    unready_seconds: float = 0.0
    drain_seconds: int = 10
    rate_limit: float = 100.0
    trusted_proxies: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if (self.tls_cert_file is None) != (self.tls_key_file is None):
            raise ValueError("TLS_CERT_FILE and TLS_KEY_FILE are set together or not at all")
        missing = [path for path in (self.tls_cert_file, self.tls_key_file) if path and not path.is_file()]
        if missing:
            raise ValueError("\n".join(f"there is no file {path} (TLS_CERT_FILE, TLS_KEY_FILE)" for path in missing))


async def run(
    parts: Sequence[Part],
    settings: Settings,
    *,
    closers: Sequence[Callable[[], Awaitable[None]]] = (),
    started: Callable[["Process"], None] = lambda _: None,
) -> None:
    """Run until a signal. `closers` are called last, in order: brokers, then the database. `started` is told when
    everything is ready. Raises what kept a part from starting, CannotStart above all.
    """
    process = Process(parts, settings, closers)
    loop = asyncio.get_running_loop()
    signals = (signal.SIGINT, signal.SIGTERM)
    for number in signals:
        loop.add_signal_handler(number, lambda: process.signalled(loop.time()))
    try:
        await process.run(started)
    finally:
        for number in signals:
            loop.remove_signal_handler(number)


class Process:
    """What `run` runs. `addresses` are the bound (host, port) of `admin`, `http` and `https`."""

    def __init__(
        self, parts: Sequence[Part], settings: Settings, closers: Sequence[Callable[[], Awaitable[None]]] = ()
    ) -> None:
        self.addresses: dict[str, tuple[str, int]] = {}
        self.health = Health(parts)
        self._parts = parts
        self._settings = settings
        self._closers = closers
        self._log = logger("process")
        self._stopped_at = 0.0
        self._stop = asyncio.Event()
        self._force = asyncio.Event()
        self._closing = asyncio.Event()
        self._sockets: dict[str, socket.socket] = {}
        self._serving: dict[str, tuple[Server, asyncio.Task[None]]] = {}

    def stop(self) -> None:
        """Begin the end."""
        self._stop.set()

    def force(self) -> None:
        """End without waiting for anybody."""
        self._stop.set()
        self._force.set()

    def signalled(self, now: float) -> None:
        """A signal came; `now` is monotonic, in seconds."""
        if not self._stop.is_set():
            self._stopped_at = now
            self.stop()
        elif now - self._stopped_at >= ONE_WISH_S:
            self.force()

    async def run(self, started: Callable[["Process"], None] = lambda _: None) -> None:
        """From start to end."""
        begun: list[Part] = []
        try:
            self._listen()
            self._serve("admin", self.health)
            if await self._start(begun):
                self.health.state = "running"
                self._log.info("ready", **{name: f"{host}:{port}" for name, (host, port) in self.addresses.items()})
                started(self)
                await self._stop.wait()
        finally:
            await self._end(begun)

    def _listen(self) -> None:
        settings = self._settings
        wanted = [("admin", settings.admin_port, "ADMIN_PORT")]
        if any(part.routers for part in self._parts):
            wanted.append(("http", settings.http_port, "HTTP_PORT"))
            if settings.tls_cert_file is not None:
                wanted.append(("https", settings.https_port, "HTTPS_PORT"))
        for name, port, setting in wanted:
            self._sockets[name] = listen(settings.bind, port, setting)
            host, bound = self._sockets[name].getsockname()[:2]
            self.addresses[name] = (host, bound)

    async def _start(self, begun: list[Part]) -> bool:
        """Start all parts, then open the doors. False when a signal came meanwhile."""
        for part in self._parts:
            begun.append(part)
            starting = asyncio.ensure_future(part.start())
            await _first(starting, self._stop)
            if not starting.done():
                await _cancel(starting)
                return False
            starting.result()
        routers = [router for part in self._parts for router in part.routers]
        if routers:
            from libs.service.http_app import build_app  # a mixer has no routes and should not load fastapi
            from libs.service.http_limits import Limits

            limits = Limits(rate=self._settings.rate_limit, burst=self._settings.rate_limit * 4)
            app = build_app(routers, self._closing, limits)
            for name in ("http", "https"):
                if name in self._sockets:
                    self._serve(name, app)
        return True

    def _serve(self, name: str, app: Any) -> None:
        settings, tls = self._settings, None
        if name == "https" and settings.tls_cert_file and settings.tls_key_file:
            tls = Tls(cert=settings.tls_cert_file, key=settings.tls_key_file)
        try:
            server = Server(app, grace=settings.drain_seconds, tls=tls, proxies=settings.trusted_proxies)
            server.config.load()
        except OSError as fault:
            raise CannotStart(f"the certificate in TLS_CERT_FILE or its key can't be used: {fault.strerror}") from fault
        task = asyncio.create_task(server.serve([self._sockets[name]]), name=f"{name} server")
        self._serving[name] = (server, task)

    async def _end(self, begun: list[Part]) -> None:
        self.health.state = "ending"
        ending = asyncio.create_task(self._end_in_order(begun))
        await _first(ending, self._force)
        if not ending.done():
            self._log.warning("forced to end")
            for server, _ in self._serving.values():
                server.force()
            await _cancel(ending)
        admin = self._serving.pop("admin", None)
        if admin is not None:
            admin[0].force()
            await asyncio.wait([admin[1]], timeout=QUICK_S)
        for sock in self._sockets.values():
            sock.close()
        if not ending.cancelled():
            ending.result()

    async def _end_in_order(self, begun: list[Part]) -> None:
        settings = self._settings
        if self._stop.is_set() and settings.unready_seconds:
            await asyncio.sleep(settings.unready_seconds)
        self._closing.set()
        public = [(server, task) for name, (server, task) in self._serving.items() if name != "admin"]
        for server, _ in public:
            server.stop()
        if public:
            await asyncio.wait([task for _, task in public], timeout=QUICK_S)
        for part in reversed(begun):
            await self._within(f"drain {part.name}", part.drain)
        if public:
            await asyncio.wait([task for _, task in public], timeout=settings.drain_seconds + QUICK_S)
        for closer in self._closers:
            await self._within("close", closer)
        self._log.info("ended")

    async def _within(self, what: str, step: Callable[[], Awaitable[None]]) -> None:
        """One step of the end must not keep the others from happening."""
        try:
            async with asyncio.timeout(self._settings.drain_seconds):
                await step()
        except TimeoutError:
            self._log.error("took too long", step=what, seconds=self._settings.drain_seconds)
        except Exception:  # noqa: BLE001  # logged here, once; the rest still has to end
            self._log.exception("failed at the end", step=what)


async def _first(task: "asyncio.Future[None]", event: asyncio.Event) -> None:
    """Wait until the task is done or the event is set; raises nothing of the task's."""
    waiting = asyncio.ensure_future(event.wait())
    either: list[asyncio.Future[Any]] = [task, waiting]
    await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()


async def _cancel(task: "asyncio.Future[None]") -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
