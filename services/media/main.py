"""The mixer as a part of a process: everything is made here, and only here does everything meet."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from libs.events.fresh import fresh_id
from libs.events.ids import RoomId, Samples
from libs.events.jetstream.air import AirStore
from libs.events.jetstream.bucket import Bucket
from libs.events.jetstream.snapshots import JetStreamSnapshots
from libs.events.log import EventLog
from libs.events.telemetry import EdgeAudience, RenditionWanted
from libs.service.broker import Broker
from libs.service.cannotstart import CannotStart
from libs.service.caughtup import CaughtUp
from libs.service.logs import logger
from services.media.berths import Berths
from services.media.callers import Callers
from services.media.calling import Calling, address_of
from services.media.certificate import new_certificate
from services.media.config import MixerSettings
from services.media.console import Console
from services.media.deck import Deck
from services.media.distribution.publisher import AirPublisher
from services.media.engine.desk import Desk
from services.media.evidence_asked import FreezeEvidence
from services.media.freezing import Freezing
from services.media.helm import Change, Helm
from services.media.icecast import IcecastPort
from services.media.known_rooms import INTEREST, KnownRooms
from services.media.metrics import export
from services.media.monitoring import Monitoring
from services.media.outbox import Outbox, Readiness
from services.media.ownership.keeper import Keeper
from services.media.ownership.switchboard import Switchboard
from services.media.recorder import Recorder
from services.media.recording.kinds import Fault
from services.media.recording.thread import Recording
from services.media.registering import Registering
from services.media.registration import COMMAND
from services.media.sources.house import Stagehand, recordings
from services.media.streams import Streams
from services.media.tcp import TcpPort
from services.media.transport.answer import Place
from services.media.transport.dtls import server_context
from services.media.transport.route import Route
from services.media.udp import UdpPort, udp_ports

if TYPE_CHECKING:  # a mixer has no routes and should not load fastapi for the sake of a type
    from fastapi import APIRouter

BUCKET = "media"


def build_mixer(config: MixerSettings, broker: Broker, log: EventLog) -> "Mixer":
    """The mixer. Raises CannotStart when one of its UDP ports is taken."""
    return Mixer(config, broker, log, udp_ports(config.bind, config.rtp_port, config.threads))


class Mixer:
    """A Part: folds rooms, takes packets, mixes, and puts programmes on air."""

    name = "mixer"
    routers: "Sequence[APIRouter]" = ()

    def __init__(self, config: MixerSettings, broker: Broker, log: EventLog, ports: list[UdpPort]) -> None:
        self._config = config
        self._broker = broker
        self._events = log
        self._ports = ports
        self._identity = "-".join(filter(None, (config.mixer_name, fresh_id())))
        self._rooms = KnownRooms()
        self._fold = CaughtUp()
        self._recorder = Recorder(log, JetStreamSnapshots(broker.client, "media"))
        self._readiness = Readiness(self._recorder)
        self._stagehand = Stagehand(config.house_assets)
        self._berths = Berths(len(ports), lambda room: len(self._rooms.get(room).stage.sources))
        self._recording = Recording(config.kept, self._untaken, self._untaped) if config.kept else None
        callers = Callers()
        self._consoles = [
            Console(Deck(Desk(each.socket, config.allowed), each.port, self._recording, callers), self._stagehand.deck)
            for each in ports
        ]
        self._fault: str | None = "not started"
        self._log = logger(self.name)

    @property
    def address(self) -> tuple[str, int]:
        """Where the first tick thread takes packets."""
        return self._config.bind, self._ports[0].port

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
        self._helm = Helm(self._consoles, self._outbox.deliver, self._failed)
        self._unexport = export(self._helm, self._recording)
        async for batch in self._events.read_all(interest=INTEREST):
            self._rooms.fold(batch)
        self._fold.reached(self._rooms.position)
        self._recorder.start()
        self._record()
        self._helm.start()
        for known in self._rooms.open():
            self._keeper.settle(known, known.age(self._recorder.now()))
        self._following = asyncio.create_task(self._follow(), name="fold")
        await self._broker.hear(RenditionWanted, self._wanted)
        await self._broker.hear(EdgeAudience, self._listening)
        reached = (self._config.announced, lambda room: self._ports[self._berths.of(room)].port)
        registering = Registering(self._rooms, self._recorder, self._fold, reached, self._keeper.claim)
        calling = await self._calling(registering)
        self._icecast = IcecastPort(
            Streams(self._broker, self._rooms, registering, self._change), self._keeper.elsewhere
        )
        rings = self._recording if self._config.evidence else None
        freezing = Freezing(self._rooms, self._recorder, rings, self._config.frozen, self._keeper.claim)
        monitoring = Monitoring(self._rooms, self._change, self._keeper.claim)
        handlers = {
            COMMAND: registering.register,
            FreezeEvidence.__name__: freezing.freeze,
            **calling.handlers,
            **monitoring.handlers,
        }
        await Switchboard(self._broker, self._keeper).serve(handlers, self._fold)
        await self._keeper.start(await Bucket.open(self._broker.client, BUCKET), self._store)
        self._encoders = await self._icecast.start(self._config.bind, self._config.icecast_port)
        self._keeper.encoders = f"{self._config.announced} {self._encoders}"
        self._fault = None
        self._log.info(
            "mixing",
            mixer=self._identity,
            ports=[each.port for each in self._ports],
            encoders=self._encoders,
            scheduling=self._helm.scheduling,
            rooms=len(self._rooms.open()),
            house=len(recordings(self._config.house_assets)),
        )

    async def _calling(self, registering: Registering) -> Calling:
        host = await self._candidate()
        self._tcp = [TcpPort(partial(self._helm.post, at)) for at in range(len(self._ports))]
        places = [
            Place(host, port.port, await tcp.start(self._config.bind, port.port))
            for tcp, port in zip(self._tcp, self._ports, strict=True)
        ]
        made = new_certificate()
        context = server_context(made.key, made.certificate)
        ours = (context, made.certificate, lambda room: places[self._berths.of(room)])
        calling = Calling(registering, self._rooms, self._change, ours, self._keeper.claim)
        loop = asyncio.get_running_loop()

        def ended(key: str, why: str) -> None:
            with suppress(RuntimeError):  # the loop is closed: the process ends
                loop.call_soon_threadsafe(calling.over, key, why)

        for at, tcp in enumerate(self._tcp):
            self._helm.post(at, partial(_introduce, ended, tcp.send))
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
        await asyncio.to_thread(self._helm.stop)
        if self._recording is not None:
            await asyncio.to_thread(self._recording.stop)
        await self._outbox.drain()
        await self._recorder.drain()
        await self._keeper.give_back()
        self._following.cancel()
        with suppress(asyncio.CancelledError):
            await self._following
        await asyncio.to_thread(self._stagehand.stop)
        for tcp in self._tcp:
            await tcp.stop()
        for port in self._ports:
            port.close()
        self._unexport()

    async def _follow(self) -> None:
        try:
            async for batch in self._events.follow(self._rooms.position, INTEREST):
                for known in self._rooms.fold(batch):
                    self._keeper.settle(known, Samples(0))
                    if not known.stage.open:
                        self._berths.leave(known.stage.room)
                        self._readiness.forget(known.stage.room)
                        self._store.forget(known.stage.room)
                        self._forget(known.stage.room)
                self._fold.reached(self._rooms.position)
        except Exception as fault:
            self._fault = f"the fold ended: {fault}"
            self._log.exception("fold ended")
            raise

    def _record(self) -> None:
        """Begin to keep what the settings want kept. Raises CannotStart where that is not possible."""
        if self._recording is not None:
            try:
                self._recording.start()
            except OSError as fault:
                raise CannotStart(
                    f"RECORDING, EVIDENCE: there must be a folder for it in PARLOR_STATE: {fault}"
                ) from fault
            self._recording.forget_others(frozenset(known.stage.room for known in self._rooms.open()))
            for console in self._consoles:
                self._recording.listen(console.deck.desk)

    def _forget(self, room: RoomId) -> None:
        if self._recording is not None:
            self._recording.forget(room)

    def _untaken(self, fault: Fault) -> None:
        self._log.error("recording ended", room=fault.room, kind=fault.kind.value, why=fault.why)

    def _untaped(self, fault: Exception) -> None:
        self._log.error("the recording thread ended", exc_info=fault)

    def _change(self, room: RoomId, change: Change) -> None:
        self._helm.post(self._berths.of(room), change)

    def _wanted(self, beacon: RenditionWanted) -> None:
        self._keeper.listened(beacon.room, beacon.rendition)

    def _listening(self, beacon: EdgeAudience) -> None:
        if beacon.listeners:
            self._keeper.listened(beacon.room)

    def _failed(self, fault: Exception) -> None:
        self._fault = f"the helm's thread ended: {fault}"
        self._log.error("the helm's thread ended", exc_info=fault)


def _introduce(ended: Callable[[str, str], None], by_tcp: Callable[[bytes, Route], None], console: Console) -> None:
    """Tell a console whom it should tell."""
    console.calls.tell(ended)
    console.by_tcp = by_tcp
