"""What the rooms service listens to on NATS: its commands, `LiveRooms` and `SourceKey`, the clocks of mixers."""

import time
from collections.abc import Iterable, Mapping

import msgspec

from libs.events.subjects import query_subject
from libs.events.telemetry import ClockBeacon
from libs.service.broker import Broker
from libs.service.commands import Desk
from libs.service.mediaclock import MediaClock
from libs.service.source_keys import QUERY
from services.rooms.reading import Reading
from services.rooms.source_keys import SourceKeys

SERVICE = "rooms"


class Doors:
    """Opened once everything behind them runs."""

    def __init__(self, broker: Broker, desk: Desk, reading: Reading, clock: MediaClock, keys: SourceKeys) -> None:
        self._broker = broker
        self._desk = desk
        self._reading = reading
        self._clock = clock
        self._keys = keys

    async def hear_clocks(self) -> None:
        """Learn media time from the mixers' beacons."""
        await self._broker.hear(ClockBeacon, self._beacon)

    async def open(self, commands: Iterable[str]) -> None:
        """Take commands and questions; replicas share them."""
        for name in commands:
            await self._broker.serve(f"cmd.{SERVICE}.*.{name}", self._desk.taker(name), queue=SERVICE)
        await self._broker.serve(query_subject(SERVICE, "LiveRooms"), self._live_rooms, queue=SERVICE)
        await self._broker.serve(query_subject(SERVICE, QUERY), self._keys.answer, queue=SERVICE)

    def unready(self) -> str | None:
        """None while connected."""
        return self._broker.unready()

    def _beacon(self, beacon: ClockBeacon) -> None:
        self._clock.beacon(beacon.room, beacon.epoch, beacon.mediatime, time.monotonic())

    async def _live_rooms(self, _question: bytes, _headers: Mapping[str, str]) -> bytes:
        return msgspec.json.encode(await self._reading.live())
