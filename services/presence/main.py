"""Builds the presence service."""

import time
from collections.abc import Sequence

from fastapi import APIRouter

from libs.events.ids import Milliseconds
from libs.events.jetstream.snapshots import JetStreamSnapshots
from libs.events.log import EventLog
from libs.events.telemetry import ClockBeacon, EdgeAudience
from libs.service.broker import Broker
from libs.service.identity import Keys, Verifier
from services.presence.api import routes
from services.presence.config import PresenceSettings
from services.presence.speaking import Speaking
from services.presence.watch import Watch


def build(config: PresenceSettings, broker: Broker, log: EventLog) -> "PresencePart":
    """The presence service as a part; nothing runs before `start`."""
    watch = Watch(log, lambda: Milliseconds(time.time_ns() // 1_000_000))
    verifier = Verifier(Keys.read(config.signing_key_file), config.public_url, forgotten=watch.forgotten)
    speaking = Speaking(log, watch, JetStreamSnapshots(broker.client, PresencePart.name))
    return PresencePart(broker, watch, speaking, (routes(watch, verifier),))


class PresencePart:
    """As libs.service.part.Part."""

    name = "presence"

    def __init__(self, broker: Broker, watch: Watch, speaking: Speaking, routers: Sequence[APIRouter]) -> None:
        self.routers = routers
        self._broker = broker
        self._watch = watch
        self._speaking = speaking

    async def start(self) -> None:
        """Hear clocks and edges, fold the log, begin to speak."""
        await self._broker.hear(ClockBeacon, self._watch.beacon)
        await self._broker.hear(EdgeAudience, self._watch.counted)
        await self._watch.start()
        await self._speaking.start()

    async def unready(self) -> str | None:
        """The first thing that is missing."""
        return self._broker.unready() or self._watch.unready() or self._speaking.unready()

    async def drain(self) -> None:
        """Stop speaking, then following."""
        await self._speaking.stop()
        await self._watch.stop()
