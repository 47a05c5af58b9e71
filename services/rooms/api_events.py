"""`GET /api/rooms/{id}/events`: the facts of a room as server-sent events (WHATWG HTML section 9.2)."""

import asyncio
from collections.abc import AsyncIterator, Container
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query
from starlette.responses import StreamingResponse

from libs.events import subjects
from libs.events.ids import PersonId, Position, RoomId
from libs.events.log import EventLog
from libs.events.subjects import Interest
from libs.service.http_headers import MalformedHeader
from services.rooms.api_border import Border, RoomInPath
from services.rooms.feed import Feed
from services.rooms.hub import Hub, Reader
from services.rooms.requirements import require_visible

HEARTBEAT_S = 15.0
BEAT = b": beat\n\n"
OPENING = b"retry: 2000\n: this stream goes on after the last id that you have seen (Last-Event-ID)\n\n"
LATEST = Position(10**18)
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


class Streams:
    """Makes event streams out of the log and the hub. That of somebody who is `forgotten` ends, within a heartbeat."""

    def __init__(
        self, log: EventLog, hub: Hub, forgotten: Container[PersonId] = frozenset(), heartbeat: float = HEARTBEAT_S
    ) -> None:
        self._log = log
        self._hub = hub
        self._forgotten = forgotten
        self._heartbeat = heartbeat

    async def feed(self, room: RoomId, reader: PersonId | None, after: Position) -> Feed:
        """A view that knows the room as of `after`. Raises TooManyStreams, or RoomUnknown, also when the room is not
        for this reader.
        """
        self._hub.require_place()
        now, then = Feed(reader), Feed(reader)
        for recorded in await self._log.read(subjects.room(room)):
            now.learn(recorded)
            if recorded.position <= after:
                then.learn(recorded)
        require_visible(room, now.room, reader)
        return then

    async def events(self, room: RoomId, feed: Feed, after: Position) -> AsyncIterator[bytes]:
        """First what was missed since `after`, then what comes; a comment when nothing came for a while."""
        with self._hub.reading(room) as reader:
            yield OPENING
            async for batch in self._log.read_all(after, Interest(scope=room)):
                for recorded in batch:
                    after = recorded.position
                    shown = feed.show(recorded)
                    if shown is not None:
                        yield shown
            async for shown in self._live(reader, feed, after):
                yield shown

    async def _live(self, reader: Reader, feed: Feed, after: Position) -> AsyncIterator[bytes]:
        while feed.reader not in self._forgotten:
            try:
                async with asyncio.timeout(self._heartbeat):
                    recorded = await reader.next()
            except TimeoutError:
                yield BEAT
                continue
            if recorded is None:
                return
            if recorded.position <= after or feed.reader in self._forgotten:
                continue
            shown = feed.show(recorded)
            if shown is not None:
                yield shown


def routes(border: Border, streams: Streams, log: EventLog) -> APIRouter:
    """The one route."""
    router = APIRouter(tags=["rooms"])

    @router.get("/api/rooms/{room}/events", response_class=StreamingResponse)
    async def events(
        room: RoomInPath,
        reader: Annotated[PersonId | None, Depends(border.reader)],
        after: Annotated[str | None, Query(description="Where to begin when there is no Last-Event-ID.")] = None,
        last_event_id: Annotated[str | None, Header()] = None,
    ) -> StreamingResponse:
        """Typed facts as they happen, filtered by audience and the reader's role at that moment. Resumes after
        `Last-Event-ID`; else begins after `after`, else now.
        """
        begin = min(position(last_event_id or after), await log.end())
        feed = await streams.feed(room, reader, begin)
        return StreamingResponse(streams.events(room, feed, begin), media_type="text/event-stream", headers=HEADERS)

    return router


def position(text: str | None) -> Position:
    """A position that we gave, the end of all when there is none. Raises MalformedHeader."""
    if text is None:
        return LATEST
    if not text.isdecimal() or len(text) > 18:
        raise MalformedHeader(f"a stream goes on after a position that we gave, not {text[:40]!r}")
    return Position(int(text))
