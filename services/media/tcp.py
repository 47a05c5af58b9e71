"""ICE-TCP (RFC 6544): a listener beside the UDP port, for networks that let no UDP out.

Connections live on the event loop. Their STUN, DTLS and RTCP goes to the helm and back; their sound goes to the tick
thread and back by a UDP socket for each, as if the peer had come by UDP from there. Before its first datagram turned
out to be STUN a connection has ten seconds, and an address only so many of them.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from ipaddress import ip_address
from typing import Any

from services.media.console import Console
from services.media.mixing.rtp import is_rtcp
from services.media.transport.framing import Deframer, TooLong, framed
from services.media.transport.route import Route
from services.media.transport.stun import is_stun

CHUNK = 4_096
SILENT_S = 35.0
"""Longer than consent lasts: who says nothing for so long has no peer here."""

FIRST_S = 10.0
EACH = 20
MOST = 500
BACKLOG = 32_768
"""Bytes that may wait for a slow connection; more is lost, as on any full link."""


class Relay(asyncio.DatagramProtocol):
    """The UDP socket of one connection. What comes from the tick thread goes to `write`. To the tick thread it is our
    own address: so nothing goes there before `proven` says that a peer of ours has this route.
    """

    def __init__(self, write: Callable[[bytes], None]) -> None:
        self.proven = False
        self._write = write
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: Any) -> None:  # a DatagramTransport, which before 3.12 does not say so
        """As DatagramProtocol."""
        self._transport = transport

    @property
    def address(self) -> tuple[str, int]:
        """Where the tick thread sees it."""
        host, port = self._transport.get_extra_info("sockname")[:2] if self._transport else ("", 0)
        return host, port

    def send(self, data: bytes) -> None:
        """Let the tick thread have it, if that may be."""
        if self.proven and self._transport is not None:
            self._transport.sendto(data)

    def close(self) -> None:
        """The connection is over."""
        if self._transport is not None:
            self._transport.close()

    def datagram_received(self, data: bytes, addr: Any) -> None:  # noqa: ARG002  # asyncio's own signature
        """As DatagramProtocol; only the tick thread's socket is connected to it."""
        self._write(data)


class TcpPort:
    """Beside one tick thread's UDP port. `post` has its console changed."""

    def __init__(self, post: Callable[[Callable[[Console], None]], None]) -> None:
        self._post = post
        self._udp: tuple[str, int] = ("", 0)
        self._loop = asyncio.get_running_loop()
        self._writers: dict[Route, asyncio.StreamWriter] = {}
        self._from: Counter[str] = Counter()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def start(self, host: str, port: int) -> int | None:
        """Listen there; None when somebody else does."""
        self._udp = _here(host), port
        with suppress(OSError):
            self._server = await asyncio.start_server(self._accepted, host, port, limit=CHUNK)
            return port
        return None

    def send(self, data: bytes, route: Route) -> None:
        """Send one datagram; an empty one ends the connection. Any thread."""
        with suppress(RuntimeError):  # the loop is closed: nobody is left to send it
            self._loop.call_soon_threadsafe(self._write, data, route)

    async def stop(self) -> None:
        """Close everything."""
        if self._server is not None:
            self._server.close()
        for writer in list(self._writers.values()):
            writer.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _write(self, data: bytes, route: Route) -> None:
        writer = self._writers.get(route)
        if writer is None:
            return
        if not data:
            writer.close()
        elif writer.transport.get_write_buffer_size() < BACKLOG:
            writer.write(framed(data))

    async def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        host, port = writer.get_extra_info("peername")[:2]
        route = Route(host, port, tcp=True)
        if task is None or self._from[host] >= EACH or len(self._writers) >= MOST:
            writer.close()
            return
        self._tasks.add(task)
        self._from[host] += 1
        relay: Relay | None = None
        try:
            deframer = Deframer()
            early = await self._first(reader, deframer)
            if early:
                relay = await self._relay(writer)
                route = Route(host, port, tcp=True, relay=relay.address)
                self._writers[route] = writer
                await self._read(reader, route, relay, deframer, early)
        except (OSError, TooLong, TimeoutError, asyncio.CancelledError):
            pass
        finally:
            self._tasks.discard(task)
            self._writers.pop(route, None)
            self._from[host] -= 1
            if relay is not None:
                relay.close()
            writer.close()

    async def _first(self, reader: asyncio.StreamReader, deframer: Deframer) -> list[bytes]:
        """The first datagrams, if they begin with STUN."""
        async with asyncio.timeout(FIRST_S):
            while data := await reader.read(CHUNK):
                datagrams = list(deframer.feed(data))
                if datagrams:
                    return datagrams if is_stun(datagrams[0]) else []
        return []

    async def _relay(self, writer: asyncio.StreamWriter) -> Relay:
        def write(data: bytes) -> None:
            if writer.transport.get_write_buffer_size() < BACKLOG:
                writer.write(framed(data))

        _, relay = await self._loop.create_datagram_endpoint(lambda: Relay(write), remote_addr=self._udp)
        return relay

    async def _read(
        self,
        reader: asyncio.StreamReader,
        route: Route,
        relay: Relay,
        deframer: Deframer,
        datagrams: list[bytes],
    ) -> None:
        while True:
            for datagram in datagrams:
                if datagram[:1] >= b"\x80" and not is_rtcp(datagram):
                    relay.send(datagram)
                else:
                    self._hand_over(datagram, route, relay)
            async with asyncio.timeout(SILENT_S):
                data = await reader.read(CHUNK)
            if not data:
                return
            datagrams = list(deframer.feed(data))

    def _hand_over(self, datagram: bytes, route: Route, relay: Relay) -> None:
        def change(console: Console) -> None:
            relay.proven = console.take(datagram, route)

        self._post(change)


def _here(host: str) -> str:
    """Where we reach what listens there."""
    address = ip_address(host)
    if not address.is_unspecified:
        return host
    return "127.0.0.1" if address.version == 4 else "::1"
