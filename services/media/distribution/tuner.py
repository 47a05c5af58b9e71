"""One rendition of one room, taken from the air for all listeners of this edge."""

import asyncio
from collections.abc import Awaitable, Callable

import msgspec
from prometheus_client import Counter, Gauge

from libs.events.air import air_subject, frames_codec
from libs.events.ids import Milliseconds, RoomId, Samples
from libs.service.broker import Broker
from libs.service.logs import logger
from services.media.distribution.bed import Bed
from services.media.distribution.formats import SAMPLE_RATE, Format
from services.media.distribution.line import Line
from services.media.distribution.state import Room, Stage

NEWS = SAMPLE_RATE // 4
LAST_WORDS = Milliseconds(1_000)

STARVATIONS = Counter("parlor_edge_starvations_total", "Times that the bed had to come in", ["rendition"])
STARVED = Gauge("parlor_edge_starved_streams", "Streams that play the bed now", ["rendition"])
UNREADABLE = Counter("parlor_edge_unreadable_frames_total", "Messages on the air that are no frames")


class Tuner:
    """Feeds one line and tells listeners when there is a quarter of a second more on it."""

    def __init__(self, room: RoomId, form: Format, bed: Bed, now: Callable[[], Milliseconds]) -> None:
        self.room = room
        self.form = form
        self.line = Line(form, bed, now())
        self.listeners = 0
        self.idle_since = now()
        self.over = False
        self._now = now
        self._news = asyncio.Event()
        self._told = (0, Samples(0))
        self._starved = False
        self._stop: Callable[[], Awaitable[None]] | None = None
        self._log = logger("edge").bind(room=room, rendition=form.name)

    async def start(self, broker: Broker) -> None:
        """Begin to take frames."""
        self._stop = await broker.listen(air_subject(self.room, self.form.name), self._heard)

    async def stop(self) -> None:
        """Take no more; whoever still listens is told that it is over."""
        self.over = True
        self._say_so()
        if self._starved:
            STARVED.labels(self.form.name).dec()
        if self._stop is not None:
            await self._stop()

    def news(self) -> asyncio.Event:
        """Set at the next news. Take it before you look, and you miss none."""
        return self._news

    def tick(self, room: Room, guess: Samples) -> None:
        """A quarter of a second has gone by. `guess` is the room's media time as others tell it."""
        now = self._now()
        self.line.void_below(room.epoch)
        if room.stage is Stage.OVER:
            self.over = self.line.silent_for(now) > LAST_WORDS
        elif self.listeners:
            self.line.tick(now, guess)
        self._note_starvation()
        if self.over or self._told != (self.line.run, self.line.head):
            self._say_so()

    async def _heard(self, _subject: str, payload: bytes) -> None:
        try:
            message = frames_codec.decode(payload)
        except msgspec.DecodeError:
            UNREADABLE.inc()
            return
        line = self.line
        line.push(message, self._now())
        self._note_starvation()
        if line.run != self._told[0] or line.head - self._told[1] >= NEWS:
            self._say_so()

    def _note_starvation(self) -> None:
        if self.line.starved == self._starved:
            return
        self._starved = self.line.starved
        if self._starved:
            STARVATIONS.labels(self.form.name).inc()
            STARVED.labels(self.form.name).inc()
            self._log.warning("nothing on air, the bed comes in", mediatime=self.line.head)
        else:
            STARVED.labels(self.form.name).dec()
            self._log.info("sound is back", mediatime=self.line.head)

    def _say_so(self) -> None:
        self._told = (self.line.run, self.line.head)
        self._news.set()
        self._news = asyncio.Event()
