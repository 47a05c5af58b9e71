"""The TCP port for broadcast encoders: who may send is let in, what they send is decoded on a thread of its own.

A connection is read only as far as its sound is wanted, so an encoder that is too fast waits, and one that sends
nothing is cut off. Nothing here touches the tick: sound goes through a Feed. Whoever has the room need not be us: then
the connection is handed on.
"""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from libs.events.ids import RoomId
from libs.service.cannotstart import CannotStart
from libs.service.logs import logger
from services.media.mixing.frame import Float
from services.media.relay import relay
from services.media.sources.incoming import Undecodable
from services.media.streams import Stream, Streams
from services.media.track import Track
from services.media.transport.bodies import Body
from services.media.transport.doorkeeper import Doorkeeper
from services.media.transport.icecast import TITLE_TAKEN, Look, Refused, Source, Title, answer, head

MOST = 256
"""Connections at a time."""

HEAD_S = 5.0
STALL_S = 10.0
LOOK_S = 0.5
FULL_S = 0.05
BACKLOG = 16_384
AT_ONCE = 8_192


class IcecastPort:
    """Listens from `start` to `stop`. `elsewhere` is where another mixer takes encoders, when that one has the room."""

    def __init__(self, streams: Streams, elsewhere: Callable[[RoomId], tuple[str, int] | None]) -> None:
        self._streams = streams
        self._elsewhere = elsewhere
        self._doorkeeper = Doorkeeper(MOST)
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="icecast")
        self._handling: set[asyncio.Task[None]] = set()
        self._log = logger("icecast")

    async def start(self, host: str, port: int) -> int:
        """Take connections; returns the port, also when 0 was asked for. Raises CannotStart."""
        try:
            self._server = await asyncio.start_server(self._came, host, port, limit=BACKLOG, backlog=MOST)
        except OSError as fault:
            raise CannotStart(f"ICECAST_PORT: can't listen on TCP {host}:{port}: {fault.strerror}") from fault
        await self._streams.start()
        bound: int = self._server.sockets[0].getsockname()[1]
        return bound

    async def stop(self) -> None:
        """Take no more, and end those that are there."""
        self._server.close()
        for task in list(self._handling):
            task.cancel()
        await asyncio.gather(*self._handling, return_exceptions=True)
        await self._streams.stop()
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def _came(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._handling.add(task)
            task.add_done_callback(self._handling.discard)
        host = writer.get_extra_info("peername")[0]
        now = asyncio.get_running_loop().time()
        try:
            if self._doorkeeper.enter(host, now):
                try:
                    await self._serve(reader, writer, host)
                finally:
                    self._doorkeeper.leave(host)
            else:
                writer.write(answer(429, "too many connections, or too many wrong passwords; wait a minute"))
        except (OSError, EOFError):
            pass
        except Exception:  # noqa: BLE001  # one connection's fault is no other's; it is told here, once
            self._log.exception("a connection failed", host=host)
        finally:
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str) -> None:
        stream: Stream | None = None
        try:
            asked, request, rest = await self._asked(reader)
            if isinstance(asked, Look):
                writer.write(answer(200))
                return
            admitted = await self._streams.admit(asked)
            place = None if asked.relayed else self._elsewhere(admitted.room)
            if place is not None:
                await relay(request + rest, reader, writer, place)
            elif isinstance(asked, Title):
                self._streams.title(asked, admitted)
                writer.write(answer(200, TITLE_TAKEN))
            else:
                stream = await self._streams.begin(asked, admitted)
                self._log.info("encoder", host=host, room=stream.room, source=stream.source, agent=asked.agent)
                writer.write(_welcome(asked))
                await self._receive(reader, Body(asked), stream, rest)
                writer.write(_farewell(asked, stream))
        except (Refused, Undecodable) as fault:
            status = fault.status if isinstance(fault, Refused) else 415
            if status == 401:
                self._doorkeeper.wrong(host, asyncio.get_running_loop().time())
            self._log.info("encoder refused", host=host, status=status, why=str(fault))
            writer.write(answer(status, str(fault)))
        finally:
            if stream is not None:
                self._streams.finish(stream)
                self._log.info("encoder gone", host=host, room=stream.room, source=stream.source)

    async def _asked(self, reader: asyncio.StreamReader) -> tuple[Source | Title | Look, bytes, bytes]:
        """The request, its bytes, and what came of the body with them. Raises Refused."""
        data = bytearray()
        with suppress(TimeoutError):
            async with asyncio.timeout(HEAD_S):
                while (found := head(data)) is None:
                    more = await reader.read(AT_ONCE)
                    if not more:
                        raise EOFError
                    data += more
                return found[0], bytes(data[: found[1]]), bytes(data[found[1] :])
        raise Refused(400, "the request did not come within 5 s")

    async def _receive(self, reader: asyncio.StreamReader, body: Body, stream: Stream, data: bytes) -> None:
        """Until the body ends, or nobody wants it, or nothing comes for 10 s."""
        loop = asyncio.get_running_loop()
        while not stream.feed.closed:
            if data:
                stream.heard = loop.time()
                await self._decode(stream, stream.decoder.feed(body.feed(data)))
            if body.ended:
                return
            data = b""
            try:
                async with asyncio.timeout(LOOK_S):
                    data = await reader.read(AT_ONCE)
            except TimeoutError:
                if loop.time() - stream.heard > STALL_S:
                    return
            else:
                if not data:
                    return

    async def _decode(self, stream: Stream, sound: Iterator[Track | Float]) -> None:
        """All of it, as soon as there is room for it."""
        loop = asyncio.get_running_loop()
        while not await loop.run_in_executor(self._pool, _work, stream, sound):
            stream.heard = loop.time()
            if stream.feed.closed:
                return
            await asyncio.sleep(FULL_S)


def _work(stream: Stream, sound: Iterator[Track | Float]) -> bool:
    """Decode until there is no room; True when all is done."""
    while not stream.feed.full:
        each = next(sound, None)
        if each is None:
            stream.feed.damaged = stream.decoder.damaged
            return True
        if isinstance(each, Track):
            stream.feed.title(each)
        else:
            stream.feed.push(each)
    return False


def _welcome(asked: Source) -> bytes:
    """HTTP/1.1 100 for who waits for it, else 200, as Icecast does."""
    return answer(100, version="1.1") if asked.expects else answer(200, end=False)


def _farewell(asked: Source, stream: Stream) -> bytes:
    if asked.old or not asked.expects:
        return b""
    if stream.feed.closed:
        return answer(403, "the seat or the key is gone", version="1.1")
    return answer(200, version="1.1")
