"""A whole installation as an Echo meets it: the gateway on real NATS behind real HTTPS, chains from a real origin."""

import asyncio
import secrets
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from libs.events.event import Event
from libs.events.fresh import fresh_command_id, fresh_id
from libs.events.ids import Milliseconds, PersonId, Position, RoomId, Samples
from libs.events.jetstream.log import JetStreamLog
from libs.events.ledger import Cause, Ledger
from libs.events.log import Batch
from libs.events.rooms import RoomEnded, RoomKind, RoomOpened, WentLive
from libs.events.subjects import room as room_aggregate
from libs.events.telemetry import ListenerJoined
from libs.service.broker import Broker
from libs.service.run import Process, Settings
from parlor.echo.device import KITCHEN, LOCAL_SKILL, Echo
from parlor.echo.signer import Signer
from parlor.embedded.nats import NatsServer
from parlor.localca import CertOrigin, LocalCa, ensure
from services.alexa_gateway.config import AlexaConfig
from services.alexa_gateway.main import AlexaGateway, build
from tests.integration.alexa.transmitter import Transmitter

ANA = PersonId("ana0000000")


class Stage:
    """What a test sees and moves."""

    def __init__(self, url: str, local: LocalCa, origin: CertOrigin) -> None:
        self.url = url
        self.local = local
        self.origin = origin
        self.gateway: AlexaGateway
        self.transmitter: Transmitter
        self.log: JetStreamLog
        self._rooms: Ledger[None, Event]

    def begin(self, log: JetStreamLog) -> None:
        self.log = log
        self._rooms = Ledger(log, lambda _state, _event: None, None)

    def echo(self, device: str = KITCHEN, ca: Path | None = None, skill: str = LOCAL_SKILL) -> Echo:
        return Echo(self.url, ca or self.local.ca_pem, Signer.local(self.local), device, skill)

    async def live(self, title: str, *aliases: str) -> RoomId:
        """A room that is on air, and known to the gateway."""
        room = RoomId(fresh_id())
        opened = RoomOpened(room=room, title=title, aliases=aliases, kind=RoomKind.OPEN, host=ANA)
        await self._happened(room, [opened, WentLive(room=room)])
        return room

    async def end(self, room: RoomId) -> None:
        await self._happened(room, [RoomEnded(room=room, by=ANA)])

    async def playback(self) -> Batch:
        """All facts about speakers, in order."""
        return [
            recorded
            async for batch in self.log.read_all()
            for recorded in batch
            if recorded.envelope.type.startswith("playback.")
        ]

    async def _happened(self, room: RoomId, facts: list[Event]) -> None:
        cause = Cause(
            id=fresh_command_id(),
            correlationid="test",
            via="test",
            now=Milliseconds(0),
            mediatime=Samples(0),
            roomid=room,
        )
        accepted = await self._rooms.record(room_aggregate(room), cause, lambda _: facts)
        assert await self.gateway.caught_up(Position(accepted.position))


@asynccontextmanager
async def stage(nats: NatsServer, state: Path) -> AsyncIterator[Stage]:
    """Everything started; everything gone afterwards."""
    local = ensure(state)
    origin = CertOrigin(local)
    place = await origin.start()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    secret = secrets.token_hex(16)
    set_up = Stage(f"https://localhost:{port}", local, origin)
    operator = await Broker.connect(nats.url_for(), "operator", **_login(nats, "operator"))
    broker = await Broker.connect(nats.url, "alexa_gateway", **_login(nats, "alexa_gateway"))
    set_up.begin(await JetStreamLog.open(operator.client))
    config = AlexaConfig(
        public_url=set_up.url,
        listen_secret=secret,
        alexa_skill_id=LOCAL_SKILL,
        alexa_roots=local.ca_pem,
        alexa_cert_origin=place,
    )

    async def joined(beacon: ListenerJoined) -> None:
        await operator.tell(beacon, beacon.room)

    set_up.gateway = build(config, broker, await JetStreamLog.open(broker.client))
    set_up.transmitter = Transmitter(secret.encode(), joined)
    settings = Settings(
        http_port=0,
        https_port=port,
        admin_port=0,
        drain_seconds=1,
        tls_cert_file=local.https_cert,
        tls_key_file=local.https_key,
        rate_limit=0,
    )
    process = Process([set_up.gateway, set_up.transmitter], settings, [broker.drain, operator.drain])
    ready = asyncio.Event()
    running = asyncio.create_task(process.run(lambda _: ready.set()))
    await asyncio.wait([running, waiting := asyncio.create_task(ready.wait())], return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    try:
        if not running.done():
            yield set_up
    finally:
        process.stop()
        await running
        await origin.stop()


def _login(nats: NatsServer, user: str) -> dict[str, str]:
    return {"user": user, "password": nats.passwords[user]}
