"""The gateway, put together."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from libs.events.ids import Milliseconds, Position, RoomId, Samples
from libs.events.jetstream.snapshots import JetStreamSnapshots
from libs.events.log import EventLog
from libs.events.telemetry import ClockBeacon, ListenerJoined
from libs.service.broker import Broker
from libs.service.listen_tokens import listen_token
from services.alexa_gateway.api import routes
from services.alexa_gateway.certificates import Certificates, ChainFetch
from services.alexa_gateway.config import AlexaConfig
from services.alexa_gateway.follow import Follower
from services.alexa_gateway.heard import Heard
from services.alexa_gateway.notebook import Notebook
from services.alexa_gateway.signature import CHAIN_HOST
from services.alexa_gateway.streams import Streams
from services.alexa_gateway.tools import Tools
from services.alexa_gateway.trust import trusted
from services.alexa_gateway.verifier import Verifier

if TYPE_CHECKING:
    from fastapi import APIRouter

RATE = 48_000


class AlexaGateway:
    """The part that answers Alexa."""

    name = "alexa_gateway"

    def __init__(self, config: AlexaConfig, broker: Broker, log: EventLog) -> None:
        roots, context = trusted(config.alexa_roots)
        self._broker = broker
        self._fetch = ChainFetch(context, config.alexa_cert_origin or CHAIN_HOST)
        self._follower = Follower(log, time.monotonic)
        self._heard = Heard()
        secret = config.listen_secret.encode()

        def sign(room: RoomId, listener: str, expires: int) -> str:
            return listen_token(secret, room, listener, expires)

        tools = Tools(
            follower=self._follower,
            notebook=Notebook(log, JetStreamSnapshots(broker.client, self.name)),
            heard=self._heard,
            streams=Streams(config.public_url, sign),
            secret=config.listen_secret,
            clock=lambda: Milliseconds(time.time_ns() // 1_000_000),
            reach=Samples(config.dvr_seconds * RATE),
        )
        verifier = Verifier(Certificates(self._fetch, roots, _now), config.alexa_skill_id)
        self.routers: Sequence[APIRouter] = (routes(verifier, tools, _now),)

    async def start(self) -> None:
        """Hear the clocks and the edges, fold the rooms. Raises LogUnavailable."""
        await self._broker.hear(ClockBeacon, self._follower.tick)
        await self._broker.hear(ListenerJoined, self._heard.joined)
        await self._follower.start()

    async def unready(self) -> str | None:
        """A reason while NATS is away or the log is not followed."""
        return self._broker.unready() or self._follower.unready()

    async def caught_up(self, position: Position) -> bool:
        """True once the rooms are known as of this position; False when that takes longer than five seconds."""
        return await self._follower.reach(position, Milliseconds(5_000))

    async def drain(self) -> None:
        """Stop following and give connections back; requests in hand are answered before this is called."""
        await self._follower.stop()
        await self._fetch.close()


def build(config: AlexaConfig, broker: Broker, log: EventLog) -> AlexaGateway:
    """The part for `parlor up` and `parlor serve alexa-gateway`. Raises NoRoots."""
    return AlexaGateway(config, broker, log)


def _now() -> datetime:
    return datetime.now(UTC)
