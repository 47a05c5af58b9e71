"""The mixer as a part of a process: everything is made here, and only here does everything meet."""

import asyncio
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from libs.events.fresh import fresh_id
from libs.events.ids import Samples
from libs.events.jetstream.air import AirStore
from libs.events.jetstream.snapshots import JetStreamSnapshots
from libs.events.log import EventLog
from libs.events.telemetry import EdgeAudience, MixerBeat, RenditionWanted
from libs.service.broker import Broker
from libs.service.caughtup import CaughtUp
from libs.service.commands import serve_commands
from libs.service.logs import logger
from services.media.config import MixerSettings
from services.media.console import Console
from services.media.distribution.publisher import AirPublisher
from services.media.known_rooms import INTEREST, Known, KnownRooms
from services.media.metrics import export
from services.media.metronome import Metronome
from services.media.mixing.opus import library
from services.media.outbox import Outbox, Readiness
from services.media.recorder import Recorder
from services.media.registering import Registering
from services.media.registration import COMMAND
from services.media.sources.house import Stagehand, recordings
from services.media.transport.admission import Admission
from services.media.udp import UdpPort

if TYPE_CHECKING:  # a mixer has no routes and should not load fastapi for the sake of a type
    from fastapi import APIRouter

BEAT_S = 0.5
SWITCH_S = 0.0005
"""How long another thread may keep the interpreter from the tick: with the default of 5 ms a tick came 16 ms late."""


def build_mixer(config: MixerSettings, broker: Broker, log: EventLog) -> "Mixer":
    """The mixer. Raises LibopusMissing, or CannotStart when its UDP port is taken."""
    library()
    return Mixer(config, broker, log, UdpPort(config.bind, config.rtp_port))


class Mixer:
    """A Part: folds rooms, takes packets, ticks, and puts programmes on air."""

    name = "mixer"
    routers: "Sequence[APIRouter]" = ()

    def __init__(self, config: MixerSettings, broker: Broker, log: EventLog, port: UdpPort) -> None:
        self._config = config
        self._broker = broker
        self._events = log
        self._port = port
        self._identity = fresh_id()
        self._rooms = KnownRooms()
        self._fold = CaughtUp()
        self._recorder = Recorder(log, JetStreamSnapshots(broker.client, "media"))
        self._readiness = Readiness(self._recorder)
        self._stagehand = Stagehand(config.house_assets)
        self._console = Console(Admission(config.allowed), self._stagehand.cart)
        self._tasks: list[asyncio.Task[None]] = []
        self._fault: str | None = "not started"
        self._log = logger(self.name)

    @property
    def address(self) -> tuple[str, int]:
        """Where packets are taken."""
        return self._config.bind, self._port.port

    async def start(self) -> None:
        """Fold the log up to now, take up every open room, begin to tick."""
        self._store = await AirStore.open(self._broker.client, self._config.window, self._config.air_bytes)
        self._outbox = Outbox(
            self._broker, AirPublisher(self._broker, self._store, self._readiness.sealed), self._recorder
        )
        self._metronome = Metronome(self._console, self._port, self._outbox.deliver, self._failed)
        self._unexport = export(self._console.admission, self._metronome, self._console)
        async for batch in self._events.read_all(interest=INTEREST):
            self._rooms.fold(batch)
        self._fold.reached(self._rooms.position)
        self._recorder.start()
        self._metronome.start()
        for known in self._rooms.open():
            end = await self._store.end(known.stage.room)
            self._settle(known, Samples(max(known.age(self._recorder.now()), end)))
        self._tasks = [asyncio.create_task(self._follow(), name="fold"), asyncio.create_task(self._beat(), name="beat")]
        await self._broker.hear(RenditionWanted, self._wanted)
        await self._broker.hear(EdgeAudience, self._listening)
        host = self._config.announced
        registering = Registering(self._rooms, self._recorder, self._fold, (host, self._port.port))
        await serve_commands(self._broker, "media", {COMMAND: registering.register}, fold=self._fold)
        sys.setswitchinterval(SWITCH_S)
        self._fault = None
        self._log.info(
            "mixing",
            port=self._port.port,
            scheduling=self._metronome.scheduling,
            rooms=len(self._rooms.open()),
            house=len(recordings(self._config.house_assets)),
        )

    async def unready(self) -> str | None:
        """As Part.unready."""
        return self._fault or self._broker.unready()

    async def drain(self) -> None:
        """Say MixStopped for every room, send what was made, write what became true."""
        self._fault = "ending"
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with suppress(asyncio.CancelledError):
                await task
        await asyncio.to_thread(self._metronome.stop)
        await self._outbox.drain()
        await self._recorder.drain()
        await asyncio.to_thread(self._stagehand.stop)
        self._port.close()
        self._unexport()

    async def _follow(self) -> None:
        try:
            async for batch in self._events.follow(self._rooms.position, INTEREST):
                for known in self._rooms.fold(batch):
                    self._settle(known, Samples(0))
                    if not known.stage.open:
                        self._readiness.forget(known.stage.room)
                self._fold.reached(self._rooms.position)
        except Exception as fault:
            self._fault = f"the fold ended: {fault}"
            self._log.exception("fold ended")
            raise

    def _settle(self, known: Known, age: Samples) -> None:
        stage = known.stage
        self._metronome.post(lambda console: console.settle(stage, age))

    def _wanted(self, beacon: RenditionWanted) -> None:
        self._metronome.post(lambda console: console.listen(beacon.room, beacon.rendition))

    def _listening(self, beacon: EdgeAudience) -> None:
        if beacon.listeners:
            self._metronome.post(lambda console: console.listen(beacon.room))

    async def _beat(self) -> None:
        while True:
            with suppress(Exception):  # a beat that can't be sent is missed by whoever listens; that is its meaning
                await self._broker.tell(MixerBeat(mixer=self._identity, rooms=self._console.rooms), self._identity)
            await asyncio.sleep(BEAT_S)

    def _failed(self, fault: Exception) -> None:
        self._fault = f"the tick thread ended: {fault}"
        self._log.error("tick thread ended", exc_info=fault)
