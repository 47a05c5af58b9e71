"""The mixer as a part of a process: everything is made here, and only here does everything meet."""

import asyncio
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from libs.events.fresh import fresh_id
from libs.events.ids import Samples
from libs.events.jetstream.air import AirStore
from libs.events.jetstream.bucket import Bucket
from libs.events.jetstream.snapshots import JetStreamSnapshots
from libs.events.log import EventLog
from libs.events.telemetry import EdgeAudience, RenditionWanted
from libs.service.broker import Broker
from libs.service.cannotstart import CannotStart
from libs.service.caughtup import CaughtUp
from libs.service.logs import logger
from services.media.calling import Calling, address_of
from services.media.certificate import new_certificate
from services.media.config import MixerSettings
from services.media.console import Console
from services.media.distribution.publisher import AirPublisher
from services.media.icecast import IcecastPort
from services.media.known_rooms import INTEREST, KnownRooms
from services.media.metrics import export
from services.media.metronome import Change, Metronome
from services.media.mixing.opus import library
from services.media.outbox import Outbox, Readiness
from services.media.ownership.keeper import Keeper
from services.media.ownership.switchboard import Switchboard
from services.media.recorder import Recorder
from services.media.registering import Registering
from services.media.registration import COMMAND
from services.media.sources.house import Stagehand, recordings
from services.media.streams import Streams
from services.media.tcp import TcpPort
from services.media.transport.admission import Admission
from services.media.transport.answer import Place
from services.media.transport.dtls import server_context
from services.media.udp import UdpPort

if TYPE_CHECKING:  # a mixer has no routes and should not load fastapi for the sake of a type
    from fastapi import APIRouter

BUCKET = "media"
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
        self._identity = "-".join(filter(None, (config.mixer_name, fresh_id())))
        self._rooms = KnownRooms()
        self._fold = CaughtUp()
        self._recorder = Recorder(log, JetStreamSnapshots(broker.client, "media"))
        self._readiness = Readiness(self._recorder)
        self._stagehand = Stagehand(config.house_assets)
        self._console = Console(Admission(config.allowed), self._stagehand.cart)
        self._fault: str | None = "not started"
        self._log = logger(self.name)

    @property
    def address(self) -> tuple[str, int]:
        """Where packets are taken."""
        return self._config.bind, self._port.port

    @property
    def encoders(self) -> tuple[str, int]:
        """Where broadcast encoders are taken."""
        return self._config.bind, self._encoders

    async def start(self) -> None:
        """Fold the log up to now, take up every open room, begin to tick."""
        self._store = await AirStore.open(self._broker.client, self._config.window, self._config.air_bytes)
        self._keeper = Keeper(self._identity, self._broker, self._rooms, self._change)
        self._recorder.may = self._keeper.may_say
        air = AirPublisher(self._broker, self._store, self._readiness.sealed)
        self._outbox = Outbox(self._broker, air, self._recorder, self._keeper)
        self._metronome = Metronome(self._console, self._port, self._outbox.deliver, self._failed)
        self._tcp = TcpPort(self._change)
        self._metronome.by_tcp = self._tcp.send
        self._unexport = export(self._console.admission, self._metronome, self._console)
        async for batch in self._events.read_all(interest=INTEREST):
            self._rooms.fold(batch)
        self._fold.reached(self._rooms.position)
        self._recorder.start()
        self._metronome.start()
        for known in self._rooms.open():
            self._keeper.settle(known, known.age(self._recorder.now()))
        self._following = asyncio.create_task(self._follow(), name="fold")
        await self._broker.hear(RenditionWanted, self._wanted)
        await self._broker.hear(EdgeAudience, self._listening)
        address = (self._config.announced, self._port.port)
        registering = Registering(self._rooms, self._recorder, self._fold, address, self._keeper.claim)
        calling = await self._calling(registering)
        self._icecast = IcecastPort(
            Streams(self._broker, self._rooms, registering, self._change), self._keeper.elsewhere
        )
        handlers = {COMMAND: registering.register, **calling.handlers}
        await Switchboard(self._broker, self._keeper).serve(handlers, self._fold)
        await self._keeper.start(await Bucket.open(self._broker.client, BUCKET), self._store)
        self._encoders = await self._icecast.start(self._config.bind, self._config.icecast_port)
        self._keeper.encoders = f"{self._config.announced} {self._encoders}"
        sys.setswitchinterval(SWITCH_S)
        self._fault = None
        self._log.info(
            "mixing",
            mixer=self._identity,
            port=self._port.port,
            encoders=self._encoders,
            scheduling=self._metronome.scheduling,
            rooms=len(self._rooms.open()),
            house=len(recordings(self._config.house_assets)),
        )

    async def _calling(self, registering: Registering) -> Calling:
        host = await self._candidate()
        tcp = await self._tcp.start(self._config.bind, self._port.port)
        made = new_certificate()
        context = server_context(made.key, made.certificate)
        ours = (context, made.certificate, Place(host, self._port.port, tcp))
        calling = Calling(registering, self._rooms, self._change, ours, self._keeper.claim)
        loop = asyncio.get_running_loop()

        def ended(key: str, why: str) -> None:
            with suppress(RuntimeError):  # the loop is closed: the process ends
                loop.call_soon_threadsafe(calling.over, key, why)

        self._change(lambda console: console.calls.tell(ended))
        return calling

    async def _candidate(self) -> str:
        try:
            return await address_of(self._config.webrtc_host or self._config.announced)
        except CannotStart as fault:
            if self._config.webrtc_host:
                raise
            self._log.warning("browsers are told our own address", bind=self._config.bind, why=str(fault))
            return self._config.bind

    async def unready(self) -> str | None:
        """As Part.unready."""
        return self._fault or self._keeper.unready() or self._broker.unready()

    async def drain(self) -> None:
        """Say MixStopped for every room, send what was made, write what became true, and leave the rooms to others."""
        self._fault = "ending"
        self._keeper.leave()
        await self._icecast.stop()
        await asyncio.to_thread(self._metronome.stop)
        await self._outbox.drain()
        await self._recorder.drain()
        await self._keeper.give_back()
        self._following.cancel()
        with suppress(asyncio.CancelledError):
            await self._following
        await asyncio.to_thread(self._stagehand.stop)
        await self._tcp.stop()
        self._port.close()
        self._unexport()

    async def _follow(self) -> None:
        try:
            async for batch in self._events.follow(self._rooms.position, INTEREST):
                for known in self._rooms.fold(batch):
                    self._keeper.settle(known, Samples(0))
                    if not known.stage.open:
                        self._readiness.forget(known.stage.room)
                        self._store.forget(known.stage.room)
                self._fold.reached(self._rooms.position)
        except Exception as fault:
            self._fault = f"the fold ended: {fault}"
            self._log.exception("fold ended")
            raise

    def _change(self, change: Change) -> None:
        self._metronome.post(change)

    def _wanted(self, beacon: RenditionWanted) -> None:
        self._keeper.listened(beacon.room, beacon.rendition)

    def _listening(self, beacon: EdgeAudience) -> None:
        if beacon.listeners:
            self._keeper.listened(beacon.room)

    def _failed(self, fault: Exception) -> None:
        self._fault = f"the tick thread ended: {fault}"
        self._log.error("tick thread ended", exc_info=fault)
