"""ICE-TCP (RFC 6544): a listener beside the UDP port, for networks that let no UDP out.

Connections live on the event loop; their datagrams go to the tick thread and back. Before its first datagram turned
out to be STUN a connection has ten seconds, and an address only so many of them.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import suppress

from services.media.console import Console
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


class TcpPort:
    """`post` has the console changed."""

    def __init__(self, post: Callable[[Callable[[Console], None]], None]) -> None:
        self._post = post
        self._loop = asyncio.get_running_loop()
        self._writers: dict[Route, asyncio.StreamWriter] = {}
        self._from: Counter[str] = Counter()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def start(self, host: str, port: int) -> int | None:
        """Listen there; None when somebody else does."""
        with suppress(OSError):
            self._server = await asyncio.start_server(self._accepted, host, port, limit=CHUNK)
            return port
        return None

    def send(self, data: bytes, route: Route) -> None:
        """Send one datagram. Any thread."""
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
        if writer is not None and writer.transport.get_write_buffer_size() < BACKLOG:
            writer.write(framed(data))

    async def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        host, port = writer.get_extra_info("peername")[:2]
        route = Route(host, port, tcp=True)
        if task is None or self._from[host] >= EACH or len(self._writers) >= MOST:
            writer.close()
            return
        self._tasks.add(task)
        self._writers[route] = writer
        self._from[host] += 1
        try:
            await self._read(reader, route)
        except (OSError, TooLong, TimeoutError, asyncio.CancelledError):
            pass
        finally:
            self._tasks.discard(task)
            del self._writers[route]
            self._from[host] -= 1
            writer.close()

    async def _read(self, reader: asyncio.StreamReader, route: Route) -> None:
        deframer, patience, known = Deframer(), FIRST_S, False
        while True:
            async with asyncio.timeout(patience):
                data = await reader.read(CHUNK)
            if not data:
                return
            for datagram in deframer.feed(data):
                if not known and not is_stun(datagram):
                    return
                known, patience = True, SILENT_S
                self._hand_over(datagram, route)

    def _hand_over(self, datagram: bytes, route: Route) -> None:
        self._post(lambda console: console.take(datagram, route, console.now))
