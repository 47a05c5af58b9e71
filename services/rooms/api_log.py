"""`GET /api/rooms/{id}/log`: the room's lines as the log has them, for whoever runs its stage."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Annotated, Any, ClassVar

from fastapi import APIRouter, Depends
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from libs.events import subjects
from libs.events.envelope import Recorded
from libs.events.event import Audience
from libs.events.ids import PersonId, RoomId
from libs.events.log import EventLog
from libs.events.refusal import Refusal
from libs.events.subjects import Interest
from libs.events.vocabulary import AnyEvent
from libs.service.identity import Actor
from services.rooms.api_border import Border, RoomInPath
from services.rooms.feed import Feed, may_see
from services.rooms.requirements import require_runs_stage, require_visible

AT_ONCE = 4
LONGEST_S = 600.0
JSONL = "application/jsonl"
LINES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "One CloudEvents 1.0 envelope per line, in the order of the log; each fact's `prevhash` is the "
        "SHA-256 of the line before about the same thing. Ends at the end that the log had when it was asked for.",
        "content": {JSONL: {"schema": {"type": "string"}}},
    }
}


class TooManyExports(Refusal):
    """As many logs are being read as one process gives out at once."""

    slug: ClassVar = "too-many-exports"
    status: ClassVar = 503


class Exports:
    """Gives out logs, a few at a time, each within ten minutes: it is no way to follow a room."""

    def __init__(self, log: EventLog, at_once: int = AT_ONCE, longest: float = LONGEST_S) -> None:
        self._log = log
        self._at_once = at_once
        self._longest = longest
        self._given = 0

    async def export(self, room: RoomId, reader: PersonId) -> "Export":
        """The answer. Raises RoomUnknown, also when the room is not for this reader, NotRunningTheStage or
        TooManyExports.
        """
        feed = Feed(reader)
        for recorded in await self._log.read(subjects.room(room)):
            feed.learn(recorded)
        require_visible(room, feed.room, reader)
        require_runs_stage(reader, feed.room)
        if self._given >= self._at_once:
            raise TooManyExports(f"{self._given} logs are being read here, which is all; try again in a minute")
        return Export(self, room, self._lines(room, reader, feed.room.host))

    async def give(self, sending: Any) -> None:
        """Send one, counted; one that takes too long is cut off, which its reader sees."""
        self._given += 1
        try:
            async with asyncio.timeout(self._longest):
                await sending
        finally:
            self._given -= 1

    async def _lines(self, room: RoomId, reader: PersonId, host: PersonId) -> AsyncIterator[bytes]:
        feed = Feed(reader)
        async with aclosing(self._log.read_all(interest=Interest(scope=room))) as batches:
            async for batch in batches:
                lines = [fact.line + b"\n" for fact in batch if shown(fact, feed, host=reader == host)]
                if lines:
                    yield b"".join(lines)


class Export(StreamingResponse):
    """One log on its way."""

    def __init__(self, exports: Exports, room: RoomId, lines: AsyncIterator[bytes]) -> None:
        headers = {"Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="{room}.jsonl"'}
        super().__init__(lines, media_type=JSONL, headers=headers)
        self._exports = exports

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._exports.give(super().__call__(scope, receive, send))


def shown(fact: Recorded[AnyEvent], feed: Feed, *, host: bool) -> bool:
    """Fold a fact; True when it is for this reader. The host runs the room from its first fact to its last, also after
    its end has emptied the stage; a co-host reads what was theirs to read when it happened.
    """
    before = feed.room
    feed.learn(fact)
    if host:
        return fact.event.audience is not Audience.INTERNAL
    return may_see(fact.event, before, feed.reader) or may_see(fact.event, feed.room, feed.reader)


def routes(border: Border, exports: Exports) -> APIRouter:
    """The one route."""
    router = APIRouter(tags=["rooms"])

    @router.get("/api/rooms/{room}/log", response_class=StreamingResponse, response_model=None, responses=LINES)
    async def log(room: RoomInPath, reader: Annotated[Actor, Depends(border.member)]) -> Export:
        """The room's log as JSON Lines, for its host and co-hosts: each what they may read, never what is internal.
        `parlor log export --url … --room …` asks this.
        """
        return await exports.export(room, reader.person)

    return router
