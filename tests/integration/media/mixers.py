"""Mixers as processes of their own, on one broker, in which rooms speak and on whose air somebody listens."""

import asyncio
import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Self, TypeVar

import av
import msgspec
import numpy as np
import psutil

from libs.events.air import AirFrames, air_subject, frames_codec
from libs.events.command import Command, Rejected
from libs.events.event import Event
from libs.events.folded import Head
from libs.events.fresh import fresh_command_id, fresh_event_id, fresh_id
from libs.events.ids import START, Milliseconds, PersonId, RoomId
from libs.events.jetstream.air import AirStore
from libs.events.jetstream.bucket import Bucket
from libs.events.jetstream.log import JetStreamLog
from libs.events.ledger import Cause, write
from libs.events.rooms import RoomKind, RoomOpened, WentLive
from libs.events.subjects import room as room_aggregate
from libs.events.telemetry import MixerBeat
from libs.service.broker import Broker
from libs.service.commands import send_command
from parlor import rtp
from parlor.embedded.nats import NatsServer
from services.media.mixing.frame import Float
from services.media.ownership.lease import Lease, decode, key
from services.media.registration import COMMAND, Registered, RegisterSource, source_aggregate

E = TypeVar("E", bound=Event)

ANA = PersonId("anaanaanaana")
BOUND_S = 30.0


class MixerChild:
    """One `parlor serve mixer`."""

    def __init__(self, url: str, folder: Path, name: str) -> None:
        self.name = name
        self._log = folder / f"{name}.log"
        settings = {
            "NATS_URL": url,
            "RTP_PORT": "0",
            "ICECAST_PORT": "0",
            "ADMIN_PORT": "0",
            "MIXER_NAME": name,
            "OPENBLAS_NUM_THREADS": "1",
        }
        environ = {**os.environ, **settings}
        command = [sys.executable, "-m", "parlor", "serve", "mixer"]
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(command, env=environ, stdout=log, stderr=log)

    def signal(self, number: signal.Signals) -> float:
        """Send it; returns when that was."""
        self.process.send_signal(number)
        return time.monotonic()

    async def stop(self) -> None:
        """End it in order, whatever state it is in; its way to NATS may lead through us."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.terminate()
        try:
            await self.ended()
        finally:
            self.process.kill()
            self.process.wait()

    async def ended(self) -> int:
        """Its exit status, as soon as it has one."""
        return await asyncio.to_thread(self.process.wait, 25)

    @property
    def said(self) -> str:
        """Its log."""
        return self._log.read_text()


class Heard(msgspec.Struct, frozen=True):
    """Frames, and when they came (monotonic seconds)."""

    when: float
    air: AirFrames


class Studios:
    """Several mixers, one room after another, and an ear."""

    def __init__(self, nats: NatsServer, folder: Path, operator: Broker, log: JetStreamLog) -> None:
        self.nats = nats
        self.folder = folder
        self.operator = operator
        self.log = log
        self.store = AirStore(operator.client)
        self.children: list[MixerChild] = []
        self.heard: dict[RoomId, list[Heard]] = {}
        self.beats: dict[str, MixerBeat] = {}

    async def mixer(self, name: str, url: str | None = None) -> MixerChild:
        """Another mixer, as soon as it beats."""
        child = MixerChild(url or self.nats.url_for("media"), self.folder, name)
        self.children.append(child)
        await self.until(lambda: self.beating(name) or child.process.poll() is not None)
        assert child.process.poll() is None, child.said
        return child

    async def room(self) -> RoomId:
        """A live room with the house programme."""
        room = RoomId(fresh_id())
        await self.hear(room)
        opened = RoomOpened(room=room, title="Jazz", kind=RoomKind.OPEN, host=ANA, automation="house")
        await self.say(room, opened, WentLive(room=room))
        return room

    async def hear(self, room: RoomId) -> None:
        """Listen to its air from now on."""
        self.heard[room] = []

        async def frame(_subject: str, data: bytes) -> None:
            self.heard[room].append(Heard(time.monotonic(), frames_codec.decode(data)))

        await self.operator.listen(air_subject(room, "aac"), frame)

    async def say(self, room: RoomId, *facts: Event) -> None:
        """Facts of the rooms service."""
        about = room_aggregate(room)
        past = await self.log.read(about)
        head = Head(past[-1].envelope.revision, past[-1].position, past[-1].digest) if past else Head()
        identity = fresh_event_id()
        now = Milliseconds(round(time.time() * 1000))
        cause = Cause(id=identity, correlationid=identity, via="test", now=now, roomid=room)
        await self.log.append(about, write(about, list(facts), head, cause), expected=head.position if past else START)

    async def register(self, room: RoomId) -> Registered | Rejected:
        """Ana asks for a place."""
        command = Command(
            id=fresh_command_id(),
            subject=source_aggregate(room, ANA, "main").name,
            actor=ANA,
            via="test",
            correlationid="test",
            data=msgspec.Raw(msgspec.json.encode(RegisterSource(person=ANA, name="main"))),
        )
        return await send_command(
            self.operator, "media", room, COMMAND, command, Milliseconds(5_000), accepted=Registered
        )

    async def facts(self, room: RoomId, kind: type[E]) -> list[E]:
        """All that was said of a room, of one kind."""
        return [fact.event for fact in await self.log.read_scope(room) if isinstance(fact.event, kind)]

    async def said(self, room: RoomId, kind: type[E], count: int) -> list[E]:
        """The same, as soon as it was said so often."""
        async with asyncio.timeout(BOUND_S):
            while len(facts := await self.facts(room, kind)) < count:  # noqa: ASYNC110  # by other processes
                await asyncio.sleep(0.05)
        return facts

    async def lease(self, room: RoomId) -> Lease:
        """Who has the room."""
        entry = await Bucket(self.operator.client, "media").get(key(room))
        lease = decode(entry.value) if entry else None
        assert lease is not None
        return lease

    async def owner(self, room: RoomId) -> MixerChild:
        """The mixer that has it."""
        holder = (await self.lease(room)).mixer.rpartition("-")[0]
        (child,) = [child for child in self.children if child.name == holder and child.process.poll() is None]
        return child

    async def aired(self, room: RoomId, epoch: int, seconds: float = 1.0) -> Heard:
        """The first frames of an epoch, as soon as so much of it is on air."""
        await self.until(lambda: sum(each.air.duration for each in self.of(room, epoch)) >= seconds * 48_000)
        return self.of(room, epoch)[0]

    def of(self, room: RoomId, epoch: int) -> list[Heard]:
        """What was heard of one epoch."""
        return [each for each in self.heard[room] if each.air.epoch == epoch]

    async def until(self, condition: Callable[[], bool], seconds: float = BOUND_S) -> None:
        """Wait for it."""
        async with asyncio.timeout(seconds):
            while not condition():  # noqa: ASYNC110  # what happens does so in other processes
                await asyncio.sleep(0.02)

    async def passes(self, seconds: float) -> None:
        """So much time goes by, which is what is tested."""
        end = time.monotonic() + seconds
        await self.until(lambda: time.monotonic() >= end, seconds + 1)

    def beating(self, name: str) -> bool:
        """True when a beat of that mixer was heard."""
        return any(mixer.rpartition("-")[0] == name for mixer in self.beats)

    async def start(self) -> Self:
        """Begin to hear beats."""
        await self.operator.hear(MixerBeat, lambda beat: self.beats.__setitem__(beat.mixer, beat))
        return self


@asynccontextmanager
async def sending(file: Path, place: Registered) -> AsyncIterator[None]:
    """Somebody speaks meanwhile, whether or not anybody takes it."""

    async def speak() -> None:
        while True:
            with suppress(ConnectionRefusedError):
                await rtp.send(file, place.host, place.port, place.ssrc, place.payload_type)
            await asyncio.sleep(0.1)

    speaking = asyncio.create_task(speak())
    try:
        yield
    finally:
        speaking.cancel()
        await asyncio.wait([speaking])


def decoded(frames: list[Heard]) -> Float:
    """What a player makes of them, one after the other as they came."""
    stream = io.BytesIO(b"".join(frame for each in frames for frame in each.air.frames))
    sound = [one.to_ndarray()[0].astype(np.float32) for one in av.open(stream, "r", format="aac").decode(audio=0)]
    return np.concatenate(sound)


@asynccontextmanager
async def studios(nats: NatsServer, folder: Path) -> AsyncIterator[Studios]:
    """Ends every mixer at the end, and shows their logs when a test fails."""
    operator = await Broker.connect(nats.url_for(), "operator")
    made = await Studios(nats, folder, operator, await JetStreamLog.open(operator.client)).start()
    try:
        yield made
    finally:
        for child in made.children:
            await child.stop()
            sys.stdout.write(f"--- {child.name}\n{child.said}")
        await operator.drain()
        assert not [child for child in psutil.Process().children() if "mixer" in " ".join(child.cmdline())]
