"""One connection's sound: from the past while it is there, then with everybody from the line, without seam.

Stored cells follow one another on the grid, the line lies on the same media time, and every frame is a splice point:
so the seam is wherever the line first reaches to. A listener who joins a line that is still short begins a little back
in the store too, so that a player has something to begin with at once.
"""

import asyncio
from collections.abc import AsyncIterator

import msgspec

from libs.events.air import SEGMENT
from libs.events.ids import Samples
from libs.events.jetstream.air import AirStore, AirUnavailable, Stored
from libs.service.logs import logger
from services.media.distribution.bed import Bed
from services.media.distribution.errors import PastOutOfReach
from services.media.distribution.formats import SAMPLE_RATE
from services.media.distribution.line import FILLABLE
from services.media.distribution.place import BURST, Place
from services.media.distribution.tuner import Tuner

FIRST_FRAME_SECONDS = 0.3
SEAL_SECONDS = 4.0
COLD = Samples(BURST + SAMPLE_RATE // 2)


class Sound(msgspec.Struct, frozen=True):
    """Whole frames, and their media times. When `begins` is not the last one's `ends`, media time has jumped."""

    frames: bytes
    begins: Samples
    ends: Samples


class Listening:
    """Where one connection is. `leave` ends its sounds soon."""

    def __init__(self, tuner: Tuner, store: AirStore, bed: Bed) -> None:
        self._tuner = tuner
        self._store = store
        self._bed = bed
        self._place = Place()
        self._found: Stored | None = None
        self._at = Samples(0)
        self._left = False
        self._frame = tuner.form.frame

    async def go_back(self, mediatime: Samples) -> None:
        """Begin there, or at the next moment that is kept, or live when nothing is. Raises PastOutOfReach."""
        at = Samples(mediatime - mediatime % self._frame)
        if self._place.settle(self._tuner.line, at):
            return
        try:
            await self._find(at)
        except AirUnavailable as fault:
            raise PastOutOfReach("past sound can't be reached just now; the live stream can") from fault

    def leave(self) -> None:
        """Nobody listens any more."""
        self._left = True

    async def sounds(self) -> AsyncIterator[Sound]:
        """Sound as it comes, until the room is over, the edge ends, or `leave`."""
        if self._found is None:
            await self._warm_up()
        async for sound in self._past():
            yield sound
        line = self._tuner.line
        while not self._left:
            news, over = self._tuner.news(), self._tuner.over
            while frames := self._place.read(line):
                yield Sound(frames, self._place.began, self._place.at)
            if over:
                return
            await news.wait()

    async def _find(self, at: Samples) -> None:
        self._found = await self._store.holding(self._tuner.room, self._tuner.form.name, at)
        if self._found is not None:
            self._at = max(at, self._found.segment.mediatime)

    async def _warm_up(self) -> None:
        """Begin in the store when the line is too short to begin on."""
        line = self._tuner.line
        if line.empty:
            await self._news(FIRST_FRAME_SECONDS)
        if line.empty or line.head - line.tail >= BURST:
            return
        wanted = Samples(max(0, line.head - COLD) // self._frame * self._frame)
        try:
            await self._find(wanted)
        except AirUnavailable:
            return
        if self._at - wanted >= BURST:
            self._found = None

    async def _past(self) -> AsyncIterator[Sound]:
        while self._found is not None and not self._left and not self._place.settle(self._tuner.line, self._at):
            frames, begins = self._cell(self._found)
            self._at = Samples(self._found.segment.mediatime + self._found.segment.duration)
            if frames:
                yield Sound(frames, begins, self._at)
            self._found = await self._next(self._found.place)

    def _cell(self, found: Stored) -> tuple[bytes, Samples]:
        """The frames of a cell that are not past, after the bed for a short gap before it."""
        segment = found.segment
        gap = segment.mediatime - self._at
        if gap > FILLABLE:
            return b"".join(segment.frames), segment.mediatime
        if gap < 0:
            return b"".join(segment.frames[-gap // self._frame :]), self._at
        bed = [self._bed.frame(n) for n in range(gap // self._frame)]
        return b"".join((*bed, *segment.frames)), self._at

    async def _next(self, place: int) -> Stored | None:
        """The cell after that; waits for one that is being sealed. None when the line goes on from here, or nothing."""
        deadline = asyncio.get_running_loop().time() + SEAL_SECONDS
        while not self._place.settle(self._tuner.line, self._at):
            try:
                found = await self._store.following(self._tuner.room, self._tuner.form.name, place)
            except AirUnavailable as fault:
                logger("edge").warning("past out of reach, going live", room=self._tuner.room, why=str(fault))
                return None
            left = deadline - asyncio.get_running_loop().time()
            if found is not None or left <= 0 or self._left or self._tuner.over:
                return found
            await self._news(min(left, SEGMENT / SAMPLE_RATE))
        return None

    async def _news(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._tuner.news().wait()
        except TimeoutError:
            return
