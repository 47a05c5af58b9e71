"""`/live/{room}.mp3` and `.aac`: an endless stream of whole frames. No redirect, no ICY, no length.

An Echo asks twice, asks HEAD first, and comes back after a pause with the same URL: all of that is one listener.
"""

import asyncio
import itertools
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack, aclosing
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from prometheus_client import Counter
from starlette.types import Receive, Scope, Send

from libs.events.ids import Samples
from libs.events.jetstream.air import AirStore
from libs.service.logs import logger
from services.media.distribution.doors import Doors, Wish
from services.media.distribution.formats import FORMATS, Format
from services.media.distribution.listening import Listening, Sound
from services.media.distribution.tuner import Tuner
from services.media.distribution.tuners import Tuners

STALLED = Counter("parlor_edge_stalled_listeners_total", "Listeners who took nothing for too long")

Token = Annotated[str | None, Query(description="Listen token; without one only open rooms can be heard.")]
Since = Annotated[str | None, Query(alias="from", description="Media time (48 kHz samples) to begin at, in the past.")]

STREAM: dict[int | str, dict[str, Any]] = {
    200: {"description": "Frames without end.", "content": {form.content_type: {} for form in FORMATS.values()}}
}


class Streams:
    """What the routes need."""

    def __init__(self, doors: Doors, tuners: Tuners, store: AirStore, stall_seconds: float) -> None:
        self.doors = doors
        self.tuners = tuners
        self.store = store
        self.stall_seconds = stall_seconds
        self._passers_by = itertools.count(1)

    async def open(self, wish: Wish, address: str) -> "Live":
        """The response that streams. Raises the refusals of Doors and of Listening."""
        async with AsyncExitStack() as stack:
            stack.enter_context(self.doors.inside(address))
            tuner = await stack.enter_async_context(self.tuners.tuned(wish.room, wish.form))
            listening = Listening(tuner, self.store, self.tuners.bed(tuner.room, wish.form))
            if wish.since is not None:
                await listening.go_back(wish.since)
            token = wish.token or f"passer-by-{id(self):x}-{next(self._passers_by)}"
            return Live(self, tuner, listening, token, stack.pop_all())
        raise AssertionError  # the stack passes every exception on


class Look(Response):
    """The head of a stream. Has no length, as the stream has none."""

    def __init__(self, form: Format) -> None:
        self.status_code = 200
        self.background = None
        self.init_headers({"Content-Type": form.content_type, "Cache-Control": "no-store", "Accept-Ranges": "none"})

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        """The head, and nothing after it."""
        await self.send_head(send)
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def send_head(self, send: Send) -> None:
        """Status and headers."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})


class Live(Look):
    """Streams until the room is over, the listener goes or stalls, or the process ends."""

    def __init__(self, streams: Streams, tuner: Tuner, listening: Listening, token: str, stack: AsyncExitStack) -> None:
        super().__init__(tuner.form)
        self._tuners = streams.tuners
        self._stall_seconds = streams.stall_seconds
        self._tuner = tuner
        self._listening = listening
        self._token = token
        self._stack = stack

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        """One listener, from first to last byte. One who stalls gives up their place at once, and the connection when
        the system cuts it (libs/service/listening.py).
        """
        gone = asyncio.create_task(self._until_gone(receive))
        try:
            async with self._stack:
                await self._send(send)
        except TimeoutError:
            STALLED.inc()
            logger("edge").info("listener stalled", room=self._tuner.room, seconds=self._stall_seconds)
            await asyncio.wait([gone], timeout=self._stall_seconds)
        finally:
            gone.cancel()

    async def _until_gone(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        self._listening.leave()

    async def _send(self, send: Send) -> None:
        await self.send_head(send)
        async with aclosing(self._told(self._listening.sounds())) as sounds:
            async for sound in sounds:
                async with asyncio.timeout(self._stall_seconds):
                    await send({"type": "http.response.body", "body": sound.frames, "more_body": True})
                self._tuners.accepted(self._tuner, self._token)
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _told(self, sounds: AsyncIterator[Sound]) -> AsyncGenerator[Sound, None]:
        """The same sounds; others are told where the stream begins, and again when media time jumps in it: as if it had
        begun so that media time = begin + what was played.
        """
        sent, expected = 0, None
        async for sound in sounds:
            if sound.begins != expected:
                await self._tuners.joined(self._tuner, self._token, Samples(max(0, sound.begins - sent)))
            sent, expected = sent + sound.ends - sound.begins, sound.ends
            yield sound


def live_router(streams: Streams) -> APIRouter:
    """GET and HEAD."""
    router = APIRouter(tags=["listen"])

    @router.get("/live/{name}", response_class=Response, responses=STREAM, summary="Listen to a room")
    async def listen(request: Request, name: str, t: Token = None, since: Since = None) -> Response:
        wish = streams.doors.admit(name, t, since)
        return await streams.open(wish, request.client.host if request.client else "")

    @router.head("/live/{name}", response_class=Response, summary="What listening to a room would answer")
    async def look(name: str, t: Token = None, since: Since = None) -> Response:
        wish = streams.doors.admit(name, t, since)
        return Look(wish.form)

    return router
