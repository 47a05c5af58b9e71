"""Sockets and uvicorn servers: several of them in one loop, and signals left to `run`."""

import asyncio
import errno
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import uvicorn

from libs.service.cannotstart import CannotStart

BACKLOG = 2048
HEADER_BYTES = 64 * 1024
WAITING_BYTES = 128 * 1024
STUCK_MS = 60_000


class PortTaken(CannotStart):
    """Somebody else listens there."""


class CannotListen(CannotStart):
    """The address is not ours, or the port needs rights that we don't have."""


def listen(host: str, port: int, setting: str) -> socket.socket:
    """A listening socket; clients wait in its backlog until a server takes it. `setting` is what to change, for the
    sentence in PortTaken or CannotListen.
    """
    # asyncio sets TCP_NODELAY only where the protocol is named; without it each answer waits 40 ms for a delayed ACK
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        _bound_what_waits(sock)
        sock.bind((host, port))
        sock.listen(BACKLOG)
    except OSError as fault:
        sock.close()
        if fault.errno == errno.EADDRINUSE:
            raise PortTaken(f"port {port} on {host} is taken; stop what uses it or set {setting}") from fault
        raise CannotListen(f"can't listen on {host} port {port} ({setting}): {fault.strerror}") from fault
    sock.setblocking(False)  # the standard library's way
    return sock


def _bound_what_waits(sock: socket.socket) -> None:
    """Connections inherit it: a client that stopped reading holds 128 KiB in the kernel, not megabytes, and is cut off
    after a minute without progress, also when it keeps its window shut (RFC 5482; Linux only).
    """
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, WAITING_BYTES)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, STUCK_MS)


class Tls(msgspec.Struct, frozen=True, kw_only=True):
    """Certificate chain and key, PEM files."""

    cert: Path
    key: Path


class Server(uvicorn.Server):
    """A uvicorn server that leaves signals alone, wakes once a second instead of ten times, and stops when told."""

    def __init__(self, app: Any, *, grace: int, tls: Tls | None = None, proxies: tuple[str, ...] = ()) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                loop="none",
                http="h11",
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=bool(proxies),
                forwarded_allow_ips=list(proxies),
                timeout_graceful_shutdown=grace,
                h11_max_incomplete_event_size=HEADER_BYTES,
                ssl_certfile=tls.cert if tls else None,
                ssl_keyfile=tls.key if tls else None,
            )
        )
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """Stop accepting; `serve` returns when open requests are answered or the grace time is over."""
        self.should_exit = True
        self._stopping.set()

    def force(self) -> None:
        """Wait for nothing."""
        self.force_exit = True
        self.stop()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Do nothing: `run` handles signals for the whole process."""
        yield

    async def main_loop(self) -> None:
        """Keep the Date header fresh until told to stop."""
        while not await self.on_tick(0):
            try:
                async with asyncio.timeout(1):
                    await self._stopping.wait()
            except TimeoutError:
                continue
