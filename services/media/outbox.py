"""From the tick thread to NATS: takes outcomes over without blocking, and sends them in order on the event loop, as
long as the room that they are of is ours.
"""

import asyncio
from contextlib import suppress
from typing import TypeAlias

from prometheus_client import Counter

from libs.events.air import AirSegment
from libs.events.ids import Milliseconds, RoomId, Samples
from libs.events.media import MediaEvent, StreamReady
from libs.service.broker import Broker
from libs.service.logs import logger
from services.media.distribution.formats import FORMATS
from services.media.distribution.publisher import AirPublisher
from services.media.on_air import Outcome
from services.media.ownership.keeper import Keeper
from services.media.recorder import Recorder

PENDING = 500
"""Outcomes that wait: ten seconds and more. Of what comes on top only the facts are kept."""

LATENCY = Milliseconds(2_250)
"""Design latency of progressive HTTP: jitter buffer, tick and codec 0.25 s, the burst that an edge begins with 2 s."""

Notes: TypeAlias = list[tuple[MediaEvent, "asyncio.Future[None]"]]

UNSENT = Counter("parlor_mixer_unsent_total", "Outcomes of ticks that NATS did not take")


class Outbox:
    """`deliver` may be called from any thread; the rest belongs to the event loop."""

    def __init__(self, broker: Broker, air: AirPublisher, recorder: Recorder, keeper: Keeper) -> None:
        self._broker = broker
        self._air = air
        self._recorder = recorder
        self._keeper = keeper
        self._loop = asyncio.get_running_loop()
        self._outcomes: asyncio.Queue[tuple[Outcome, Notes]] = asyncio.Queue(PENDING)
        self._task = asyncio.create_task(self._send(), name="outbox")
        self._log = logger("outbox")

    def deliver(self, outcome: Outcome) -> None:
        """Hand over what ticks made. Never blocks."""
        with suppress(RuntimeError):  # the loop is closed: the process ends, nobody is left to tell
            self._loop.call_soon_threadsafe(self._put, outcome)

    async def drain(self) -> None:
        """Return when all that was handed over is sent; nothing is sent afterwards."""
        await asyncio.sleep(0)
        await self._outcomes.join()
        self._task.cancel()
        await self._air.drain()

    def _put(self, outcome: Outcome) -> None:
        notes = [(fact, self._recorder.note(fact, mediatime)) for fact, mediatime in outcome.facts]
        for fault in outcome.faults:
            self._log.error("a room could not be mixed", exc_info=fault)
        try:
            self._outcomes.put_nowait((outcome, notes))
        except asyncio.QueueFull:
            UNSENT.inc()
            self._tell(notes)

    def _tell(self, notes: Notes) -> None:
        for fact, written in notes:
            self._keeper.told(fact, written)

    async def _send(self) -> None:
        while True:
            outcome, notes = await self._outcomes.get()
            try:
                await self._one(outcome)
            except Exception as fault:  # noqa: BLE001  # what one message met must not end the air; counted and logged
                UNSENT.inc()
                self._log.warning("not sent", why=str(fault) or type(fault).__name__)
            finally:
                self._tell(notes)
                self._outcomes.task_done()

    async def _one(self, outcome: Outcome) -> None:
        for one in outcome.air:
            if await self._keeper.passes(one.room, one.epoch):
                await self._air.send(one.room, one.rendition, one.frames, one.segments)
        for beacon in outcome.beacons:
            if await self._keeper.passes(beacon.room, beacon.epoch):
                await self._broker.tell(beacon, beacon.room)
        for meters in outcome.meters:
            if await self._keeper.passes(meters.room):
                await self._broker.tell(meters, meters.room)


class Readiness:
    """Says StreamReady once per room, rendition and epoch: when the first segment is stored."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._said: dict[tuple[RoomId, str], int] = {}

    async def sealed(self, room: RoomId, rendition: str, segment: AirSegment) -> None:
        """As AirPublisher tells it."""
        if self._said.get((room, rendition)) == segment.epoch:
            return
        self._said[room, rendition] = segment.epoch
        form = FORMATS[rendition]
        ready = StreamReady(
            room=room,
            rendition=rendition,
            epoch=segment.epoch,
            path=form.path(room),
            codec=form.codec,
            bitrate=form.bitrate * form.channels(segment.frames[0]),
            latency=LATENCY,
        )
        self._recorder.note(ready, Samples(segment.mediatime + segment.duration))

    def forget(self, room: RoomId) -> None:
        """The room is over."""
        self._said = {key: epoch for key, epoch in self._said.items() if key[0] != room}
