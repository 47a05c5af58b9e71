"""Carries out what tenancy.py decides: reads and writes leases, beats, and tells the helm what may be mixed."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

from prometheus_client import Counter

from libs.events.ids import Milliseconds, RoomId, Samples
from libs.events.jetstream.air import AirStore, AirUnavailable
from libs.events.jetstream.bucket import Bucket, BucketSilent, Overtaken
from libs.events.media import MediaEvent, MixStarted, MixStopped
from libs.events.telemetry import ClockBeacon, MixerBeat
from libs.service.broker import Broker
from libs.service.logs import logger
from libs.service.mediaclock import RATE, MediaClock
from services.media.console import Console
from services.media.errors import RoomIsMoving
from services.media.helm import Change
from services.media.known_rooms import Known, KnownRooms
from services.media.ownership.demand import Demand
from services.media.ownership.lease import NOBODY, Lease, decode, encode, key
from services.media.ownership.peers import BEAT_S, Peers
from services.media.ownership.places import begin
from services.media.ownership.tenancy import HOLD_S, Act, Look, Lost, Tenancy, Write

STEP_S = 0.25
PATIENCE_S = 2.0
DRAIN_S = 3.0

TAKEN = Counter("parlor_mixer_rooms_taken_total", "Times that this mixer came to own a room, each with a new epoch")
LOST = Counter(
    "parlor_mixer_rooms_lost_total", "Rooms that went to another mixer, or whose lease ended, against our will"
)


class Keeper:
    """One mixer's hand on the bucket `media`. Belongs to the event loop; `post` reaches a room's console."""

    def __init__(
        self, identity: str, broker: Broker, rooms: KnownRooms, post: Callable[[RoomId, Change], None]
    ) -> None:
        now = time.monotonic()
        self.me = identity
        self.peers = Peers(identity)
        self.demand = Demand()
        self.encoders = ""
        self._tenancy = Tenancy(identity, self.peers, now)
        self._clock = MediaClock()
        self._broker = broker
        self._rooms = rooms
        self._post = post
        self._bell = asyncio.Event()
        self._moved = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._acting: set[asyncio.Task[None]] = set()
        self._mixed: set[RoomId] = set()
        self._reconnects = broker.client.stats["reconnects"]
        self._leaving = False
        self._fault: str | None = None
        self._log = logger("keeper").bind(mixer=identity)

    async def start(self, bucket: Bucket, store: AirStore) -> None:
        """Begin to beat, to listen for others, and to take what is free."""
        self._bucket, self._store = bucket, store
        await self._broker.hear(MixerBeat, self._heard)
        await self._broker.hear(ClockBeacon, self._ticked)
        self._tasks = [
            asyncio.create_task(self._beat(), name="beat"),
            asyncio.create_task(self._keep_or_tell(), name="keeper"),
        ]

    def unready(self) -> str | None:
        """None while it keeps leases."""
        return self._fault

    def settle(self, known: Known, age: Samples) -> None:
        """The room is so now, and `age` old, as far as can be known without a beacon."""
        stage, now = known.stage, time.monotonic()
        self.demand.settle(stage)
        self._clock.opened(stage.room, now - age / RATE) if stage.open else self._clock.ended(stage.room)
        self._do(self._tenancy.outranked(stage.room, stage.epoch))
        if self._tenancy.holds(stage.room):
            self._post(stage.room, lambda console: console.settle(stage))
        self._bell.set()

    def listened(self, room: RoomId, rendition: str | None = None) -> None:
        """Somebody listens."""
        self.demand.ask(room, time.monotonic(), rendition)
        if self._tenancy.holds(room):
            self._post(room, lambda console: console.listen(room, rendition))
        else:
            self._bell.set()

    def whose(self, room: RoomId) -> str:
        """The mixer that has the room; when nobody has it, the one that should."""
        now = time.monotonic()
        if self._tenancy.holds(room):
            return self.me
        return self.peers.owner(room, now) or self.peers.order(room, len(self._tenancy.rooms()), now)[0]

    def elsewhere(self, room: RoomId) -> tuple[str, int] | None:
        """Where another mixer takes encoders for this room, if that one has it."""
        host, _, port = self.peers.encoders(room, time.monotonic()).rpartition(" ")
        return (host, int(port)) if host and port.isdecimal() else None

    async def claim(self, room: RoomId) -> None:
        """Return when the room is ours: at once, or as soon as it was free. Raises RoomIsMoving when somebody else has
        it, or after 2 s.
        """
        self.demand.ask(room, time.monotonic())
        self._bell.set()
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_S):
                while self._tenancy.holds(room) or self.peers.owner(room, time.monotonic()) is None:
                    if room in self._mixed and self._tenancy.sure(room, None, time.monotonic()):
                        return
                    await self._moved.wait()
        raise RoomIsMoving(f"room {room} is going from one mixer to another; ask again in a moment")

    async def passes(self, room: RoomId, epoch: int | None = None) -> bool:
        """True when what was made for the room in this epoch may go out. While that is in doubt, waits."""
        while (sure := self._tenancy.sure(room, epoch, time.monotonic())) is None and not self._leaving:
            self._bell.set()
            await self._moved.wait()
        return bool(sure)

    async def may_say(self, fact: MediaEvent) -> bool:
        """The same for a fact."""
        return await self.passes(fact.room, getattr(fact, "epoch", None))

    def told(self, fact: MediaEvent, written: asyncio.Future[None]) -> None:
        """A fact is sent off, with all the sound before it; `written` is done when the log has it."""
        if isinstance(fact, MixStarted):
            self._tenancy.started(fact.room, fact.epoch)
        elif isinstance(fact, MixStopped):
            self._spawn(self._spend(fact, written))

    def leave(self) -> None:
        """Take no more rooms; what is in doubt from now on is let go of, because nobody waits for it."""
        self._leaving = True
        self._tenancy.close()
        self._move()

    async def give_back(self) -> None:
        """After the last sound: free every lease, and say so, so that others go on at once. At most 3 s."""
        self._leaving = True
        self._tenancy.leave()
        with suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_S):
                while self._tenancy.rooms():
                    self._bell.set()
                    await self._moved.wait()
                await self._say(leaving=True)
        for task in [*self._tasks, *self._acting]:
            task.cancel()
        await asyncio.gather(*self._tasks, *self._acting, return_exceptions=True)

    async def _keep_or_tell(self) -> None:
        """Without a keeper nobody renews: the mixer must then be silent, so that others take its rooms."""
        try:
            await self._keep()
        except Exception as fault:
            self._fault = f"the keeper ended: {fault}"
            self._log.exception("keeper ended")
            self._tasks[0].cancel()
            raise

    async def _keep(self) -> None:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(STEP_S):
                    await self._bell.wait()
            self._bell.clear()
            self._look_at_connection()
            now = time.monotonic()
            for act in self._tenancy.step(self.demand.wanted(now), now):
                self._do(act)

    def _look_at_connection(self) -> None:
        count = self._broker.client.stats["reconnects"]
        if count != self._reconnects:
            self._reconnects = count
            self.peers.reconnected(time.monotonic())
            self._tenancy.doubt()

    def _do(self, act: Act | None) -> None:
        match act:
            case Look():
                self._spawn(self._look(act.room))
            case Write():
                self._spawn(self._write(act))
            case Lost():
                LOST.inc()
                self._log.warning("a room is lost", room=act.room)
                self._lose(act.room)
                self._move()
            case None:
                pass

    def _lose(self, room: RoomId) -> None:
        self._mixed.discard(room)
        self._post(room, lambda console: console.lose(room))

    async def _look(self, room: RoomId) -> None:
        try:
            entry = await self._bucket.get(key(room))
        except BucketSilent as fault:
            self._log.info("lease not read", room=room, why=str(fault))
            self._tenancy.unanswered(room, time.monotonic())
            return
        lease, revision = (decode(entry.value), entry.revision) if entry else (None, 0)
        self._do(self._tenancy.seen(room, lease, revision, time.monotonic()))
        self._move()

    async def _write(self, act: Write) -> None:
        asked = time.monotonic()
        until = Milliseconds(round((time.time() + HOLD_S) * 1000))
        lease = Lease(mixer=act.mixer, epoch=act.epoch, until=until, end=act.end)
        try:
            revision = await self._bucket.put(key(act.room), encode(lease), act.revision)
        except Overtaken:
            self._tenancy.overtaken(act.room)
        except BucketSilent as fault:
            self._log.info("lease not written", room=act.room, why=str(fault))
            self._tenancy.unanswered(act.room, time.monotonic())
        else:
            if self._tenancy.written(act, revision, asked):
                await self._begin(act)
            elif act.mixer == NOBODY:
                self._lose(act.room)
        self._move()

    async def _begin(self, act: Write) -> None:
        """The room is ours: find where it goes on, and mix it."""
        room, now = act.room, time.monotonic()
        try:
            stored = await self._store.end(room)
        except AirUnavailable as fault:
            self._log.warning("stored sound not found, the clock alone decides", room=room, why=str(fault))
            stored = Samples(0)
        age = self._clock.at(room, time.monotonic()) or Samples(0)
        first = begin(age, stored, act.left, act.epoch)
        stage, wants = self._rooms.get(room).stage, self.demand.listeners(room, now)

        def own(console: Console) -> None:
            console.own(stage, act.epoch, first)
            for rendition in wants:
                console.listen(room, rendition)

        TAKEN.inc()
        self._log.info("a room is ours", room=room, epoch=act.epoch, first=first)
        self._post(room, own)
        self._mixed.add(room)
        await self._say()

    async def _spend(self, fact: MixStopped, written: asyncio.Future[None]) -> None:
        await asyncio.wait([written])
        self._tenancy.spent(fact.room, fact.epoch, fact.last)
        self._bell.set()

    def _heard(self, beat: MixerBeat) -> None:
        if self.peers.heard(beat, time.monotonic()):
            self._spawn(self._say())
        self._move()

    def _ticked(self, beacon: ClockBeacon) -> None:
        self._clock.beacon(beacon.room, beacon.epoch, beacon.mediatime, time.monotonic())
        self._do(self._tenancy.outranked(beacon.room, beacon.epoch))

    async def _beat(self) -> None:
        while True:
            await self._say()
            await asyncio.sleep(BEAT_S)

    async def _say(self, *, leaving: bool = False) -> None:
        rooms = () if leaving else self._tenancy.rooms()
        with suppress(Exception):  # a beat that can't be sent is missed by whoever listens; that is its meaning
            await self._broker.tell(
                MixerBeat(mixer=self.me, rooms=rooms, leaving=leaving, encoders=self.encoders), self.me
            )

    def _move(self) -> None:
        """Something about what is ours has changed."""
        self._moved.set()
        self._moved = asyncio.Event()
        self._bell.set()

    def _spawn(self, acting: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(acting)
        self._acting.add(task)
        task.add_done_callback(self._acted)

    def _acted(self, task: asyncio.Task[None]) -> None:
        self._acting.discard(task)
        if not task.cancelled() and (fault := task.exception()) is not None:
            self._log.error("keeping a room failed", exc_info=fault)
