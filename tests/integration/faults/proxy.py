"""A stretch of TCP on loopback that can be cut, half closed or turned into a black hole."""

import asyncio
from contextlib import suppress
from typing import Self

CHUNK = 65_536


class Proxy:
    """Passes bytes between whoever connects to `port` and the port `to`, while it is whole. `held` is set when the
    black hole has got something.
    """

    def __init__(self, to: int) -> None:
        self.port = 0
        self.held = asyncio.Event()
        self._to = to
        self._whole = True
        self._up, self._down = asyncio.Event(), asyncio.Event()
        self._flow()
        self._pairs: dict[asyncio.Task[None], list[asyncio.StreamWriter]] = {}
        self._server: asyncio.Server | None = None

    async def start(self) -> Self:
        """Listen on a port of its own."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1")
        self.port = int(self._server.sockets[0].getsockname()[1])
        return self

    async def stop(self) -> None:
        """End every connection and listen no more."""
        if self._server is not None:
            self._server.close()
        tasks = list(self._pairs)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def cut(self) -> None:
        """Reset every connection, and each new one until `heal`."""
        self._whole = False
        self.reset()

    def reset(self) -> None:
        """Reset the connections that there are; what was under way in them is lost."""
        for ends in list(self._pairs.values()):
            for end in ends:
                end.transport.abort()
        self._flow()

    def stall(self) -> None:
        """Be a black hole until `heal`: connections stay, new ones are taken, and nothing passes."""
        self._up.clear()
        self._down.clear()

    def mute(self) -> None:
        """Pass what clients say and nothing that the server answers, until `heal` or `reset`."""
        self._down.clear()

    def half_close(self, side: int) -> None:
        """Tell one end (0: the client, 1: the server) that nothing more comes, and go on the other way."""
        for ends in self._pairs.values():
            if len(ends) > side:
                with suppress(OSError, RuntimeError):
                    ends[side].write_eof()

    def heal(self) -> None:
        """Pass again; what waited in a black hole arrives, as TCP would have it."""
        self._whole = True
        self._flow()

    def _flow(self) -> None:
        self._up.set()
        self._down.set()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None or not self._whole:
            writer.transport.abort()
            return
        ends = self._pairs[task] = [writer]
        try:
            with suppress(OSError):
                server_reader, server_writer = await asyncio.open_connection("127.0.0.1", self._to)
                ends.append(server_writer)
                await asyncio.gather(
                    self._pass(reader, server_writer, self._up), self._pass(server_reader, writer, self._down)
                )
        except asyncio.CancelledError:
            return  # `stop` asked for it, and asyncio would print what a connection's task was cancelled with
        finally:
            del self._pairs[task]
            for end in ends:
                end.transport.abort()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, flowing: asyncio.Event) -> None:
        """Until the sender has finished; then the other side is told so."""
        while data := await reader.read(CHUNK):
            if not flowing.is_set():
                self.held.set()
            await flowing.wait()
            with suppress(RuntimeError):  # half closed: what comes now has nowhere to go
                writer.write(data)
            await writer.drain()
        await flowing.wait()
        writer.write_eof()
