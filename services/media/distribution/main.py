"""Builds an edge. Many may run; each serves listeners from the air, and only they see the audience."""

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from libs.events.fresh import fresh_id
from libs.events.ids import Milliseconds, RoomId
from libs.events.jetstream.air import AirStore, AirUnavailable
from libs.events.log import EventLog
from libs.service.broker import Broker
from libs.service.cannotstart import CannotStart
from libs.service.identity import Keys, Verifier
from services.media.distribution.api import Streams, live_router
from services.media.distribution.api_evidence import evidence_router
from services.media.distribution.api_monitoring import monitoring_router
from services.media.distribution.api_sources import sources_router
from services.media.distribution.api_whip import whip_router
from services.media.distribution.config import EdgeConfig
from services.media.distribution.doors import Doors
from services.media.distribution.rooms import Rooms
from services.media.distribution.tuners import Tuners

if TYPE_CHECKING:
    from fastapi import APIRouter


class Edge:
    """As libs.service.part.Part."""

    name = "edge"

    def __init__(self, config: EdgeConfig, broker: Broker, log: EventLog) -> None:
        self._config = config
        self._broker = broker
        self._store = AirStore(broker.client)
        self._rooms = Rooms(log, time.monotonic)
        self._tuners = Tuners(broker, self._rooms, fresh_id(), _monotonic)
        doors = Doors(config, self._rooms, time.time)
        streams = Streams(doors, self._tuners, self._store, config.stall_seconds)
        keys = Keys.read(config.signing_key_file)
        verifier = Verifier(keys, config.public_url, forgotten=self._rooms.forgotten)
        self.routers: Sequence[APIRouter] = (
            live_router(streams),
            sources_router(broker, verifier),
            evidence_router(broker, verifier),
            monitoring_router(broker, verifier),
            whip_router(broker, verifier, config.ice_servers),
        )

    async def start(self) -> None:
        """Know the rooms, then open. Raises CannotStart when the stream AIR can't be had."""
        window = Milliseconds(self._config.dvr_seconds * 1000)
        try:
            await self._store.make(window, self._config.air_bytes)
        except AirUnavailable as fault:
            raise CannotStart(f"past sound can't be kept: {fault}") from fault
        await self._rooms.start(self._broker)
        await self._tuners.start()

    def listeners(self, room: RoomId, rendition: str) -> int:
        """Streams that are open now."""
        return self._tuners.listeners(room, rendition)

    async def unready(self) -> str | None:
        """A reason while NATS is away or the rooms are not followed."""
        return self._broker.unready() or self._rooms.unready()

    async def drain(self) -> None:
        """End all streams at a frame's end."""
        await self._tuners.stop()
        await self._rooms.stop()


def build_edge(config: EdgeConfig, broker: Broker, log: EventLog) -> Edge:
    """The part for `parlor up` and `parlor serve edge`; nothing runs before `start`."""
    return Edge(config, broker, log)


def _monotonic() -> Milliseconds:
    return Milliseconds(time.monotonic_ns() // 1_000_000)
