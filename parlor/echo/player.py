"""The AudioPlayer of a device: plays one stream, keeps what came out of it, and tells what happened.

Everything it has to tell goes into one queue in order; whoever reads the queue may start and stop the player.
"""

import asyncio
import time
from contextlib import aclosing, suppress

import msgspec
import numpy as np
from numpy.typing import NDArray

from libs.events.ids import Milliseconds
from parlor.echo.decoding import Decoder
from parlor.echo.envelopes import PlayerContext
from parlor.echo.frames import NotAudio
from parlor.echo.hearing import RATE, Arrival, Playing, milliseconds, played
from parlor.echo.stream import CannotPlay, Opened, Streams

OPENING = 5.0
"""Seconds that a stream may take to open before it is given up on the way."""


class Told(msgspec.Struct, frozen=True):
    """Something that the device tells the skill: `kind` is Alexa's request type."""

    kind: str
    token: str
    offset: Milliseconds = Milliseconds(0)
    error: str = ""
    why: str = ""


class Take(msgspec.Struct):
    """One stream from its Play to its end, and all that came of it."""

    url: str
    token: str
    asked: float
    content_type: str = ""
    size: int = 0
    arrivals: list[Arrival] = msgspec.field(default_factory=list)
    sound: list[NDArray[np.int16]] = msgspec.field(default_factory=list)
    ended: str = ""
    opened: asyncio.Event = msgspec.field(default_factory=asyncio.Event)
    silenced: int | None = None
    """Where it was stopped, in samples; what had come ahead of that was never heard."""

    @property
    def samples(self) -> int:
        """How much sound came."""
        return sum(arrival.samples for arrival in self.arrivals)

    @property
    def playing(self) -> Playing | None:
        """What came out of the speaker; None before sound."""
        return played(self.arrivals)

    def offset(self, now: float) -> Milliseconds:
        """How long it has been playing: not longer than there was sound."""
        playing = self.playing
        if playing is None:
            return Milliseconds(0)
        silent = sum(gap.lasted for gap in playing.gaps) / 1000
        return milliseconds(min(self.samples / RATE, max(0.0, now - playing.begun - silent)))


class Player:
    """At most one stream plays, at most one waits behind it."""

    def __init__(self, streams: Streams) -> None:
        self.told: asyncio.Queue[Told] = asyncio.Queue()
        self.take: Take | None = None
        self._streams = streams
        self._task: asyncio.Task[None] | None = None
        self._queued: tuple[str, str] | None = None
        self._news = asyncio.Condition()

    @property
    def context(self) -> PlayerContext:
        """`context.AudioPlayer` of whatever is sent now."""
        take = self.take
        if take is None:
            return PlayerContext()
        activity = "STOPPED" if take.ended else "PLAYING" if take.arrivals else "BUFFER_UNDERRUN"
        return PlayerContext(activity, take.token, take.offset(time.monotonic()))

    async def play(self, url: str, token: str, asked: float) -> None:
        """Play this instead of whatever plays; `asked` is when the wish was said, monotonic."""
        await self.stop()
        self.take = Take(url, token, asked)
        self._task = asyncio.create_task(self._run(self.take), name="echo plays")

    def queue(self, url: str, token: str, after: str) -> None:
        """Play this when the stream with the token `after` is over; another one's successor is ignored."""
        if self.take is not None and self.take.token == after:
            self._queued = (url, token)

    async def stop(self) -> None:
        """Stop, and tell so when something played."""
        task, self._task, self._queued = self._task, None, None
        if task is None or task.done():
            return
        if self.take is not None:  # httpcore loses the socket of a handshake that is cancelled
            with suppress(TimeoutError):
                await asyncio.wait_for(self.take.opened.wait(), OPENING)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        if self.take is not None and not self.take.ended:
            offset = self.take.offset(time.monotonic())
            self.take.silenced = offset * RATE // 1000
            await self._end(self.take, "stopped")
            self._tell(Told("AudioPlayer.PlaybackStopped", self.take.token, offset))

    async def changed(self) -> None:
        """Returns when more sound came or the stream ended."""
        async with self._news:
            await self._news.wait()

    async def _run(self, take: Take) -> None:
        try:
            async with self._streams.open(take.url) as opened:
                take.opened.set()
                take.content_type = opened.content_type
                await self._listen(take, opened)
        except (CannotPlay, NotAudio) as fault:
            error = fault.error if isinstance(fault, CannotPlay) else "MEDIA_ERROR_UNKNOWN"
            await self._end(take, str(fault))
            self._tell(Told("AudioPlayer.PlaybackFailed", take.token, error=error, why=str(fault)))
            return
        self._tell(Told("AudioPlayer.PlaybackNearlyFinished", take.token, take.offset(time.monotonic())))
        await self._play_out(take)

    async def _listen(self, take: Take, opened: Opened) -> None:
        decoder = Decoder(opened.codec)
        async with aclosing(opened.frames) as pieces:  # type: ignore[type-var]  # an async generator, declared wider
            async for frames in pieces:
                sound = np.concatenate([decoder.decode(frame.data) for frame in frames])
                first = not take.arrivals
                take.size += sum(len(frame.data) for frame in frames)
                take.sound.append(sound)
                take.arrivals.append(Arrival(time.monotonic(), len(sound)))
                if first:
                    self._tell(Told("AudioPlayer.PlaybackStarted", take.token))
                async with self._news:
                    self._news.notify_all()

    async def _play_out(self, take: Take) -> None:
        """What came is played to its end; then comes what was queued meanwhile."""
        playing = take.playing
        if playing is not None:
            await asyncio.sleep(max(0.0, playing.until - time.monotonic()))
        await self._end(take, "the stream ended")
        self._tell(Told("AudioPlayer.PlaybackFinished", take.token, take.offset(time.monotonic())))
        if self._queued is not None:
            (url, token), self._queued = self._queued, None
            self.take = Take(url, token, time.monotonic())
            self._task = asyncio.create_task(self._run(self.take), name="echo plays on")

    async def _end(self, take: Take, why: str) -> None:
        take.ended = why
        take.opened.set()
        async with self._news:
            self._news.notify_all()

    def _tell(self, told: Told) -> None:
        self.told.put_nowait(told)
