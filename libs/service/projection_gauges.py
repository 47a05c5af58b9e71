"""How far each view of this process is, for `/metrics`.

A lag of some hundred events for a moment is a burst. `parlor_projection_lag_seconds` above 30 for minutes is a view
that stands still or a database that can't keep up: worth waking somebody. `parlor_projection_parked_events` above 0 is
worth a look by daylight.
"""

import asyncio
import time
from collections.abc import Sequence

from prometheus_client import Counter, Gauge

from libs.events.envelope import milliseconds
from libs.events.ids import Position
from libs.events.log import EventLog, LogUnavailable
from libs.events.projection.projector import Projector
from libs.service.database import GONE
from libs.service.logs import logger

EVERY_SECONDS = 2.0

POSITION = Gauge("parlor_projection_position", "Place in the log up to which the view is made", ["projection"])
LAG = Gauge("parlor_projection_lag_events", "Events between the view and the end of the log", ["projection"])
SECONDS = Gauge(
    "parlor_projection_lag_seconds",
    "When behind: seconds since the last event that is in the view was written; 0 when not behind",
    ["projection"],
)
PARKED = Gauge("parlor_projection_parked_events", "Events that the view lacks: `parlor log parked`", ["projection"])
UNKNOWN = Counter(
    "parlor_projection_unknown_events_total",
    "Events of a type or form that this program does not know, passed over or parked",
    ["projection"],
)


class Gauges:
    """Looks at the projectors and at the end of their log every two seconds; logs when one begins or ends to lack
    something.
    """

    def __init__(self, log: EventLog, projectors: Sequence[Projector]) -> None:
        self._log = log
        self._projectors = projectors
        self._unknown = {projector.name: 0 for projector in projectors}
        self._said: dict[str, str | None] = {}
        self._logger = logger("projections")
        self._began = 0.0
        self._looking: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Look from now on."""
        self._began = time.time()
        self._looking = asyncio.create_task(self._look(), name="projection gauges")

    async def stop(self) -> None:
        """Look no more."""
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.wait([self._looking])

    async def look(self) -> None:
        """Set the gauges once. While the broker or the database is away they stay as they were."""
        try:
            end = await self._log.end()
            for projector in self._projectors:
                await projector.look()
        except (LogUnavailable, *GONE):
            return
        for projector in self._projectors:
            self._set(projector, end, time.time())

    async def _look(self) -> None:
        while True:
            await self.look()
            await asyncio.sleep(EVERY_SECONDS)

    def _set(self, projector: Projector, end: Position, now: float) -> None:
        name = projector.name
        behind = max(0, end - projector.position)
        POSITION.labels(name).set(projector.position)
        LAG.labels(name).set(behind)
        SECONDS.labels(name).set(max(0.0, now - self._written(projector)) if behind else 0.0)
        PARKED.labels(name).set(projector.parked)
        state = projector.unready() or projector.degraded()
        if state != self._said.get(name):
            self._said[name] = state
            self._logger.warning("view changed", projection=name, state=state or "has everything")
        UNKNOWN.labels(name).inc(projector.unknown - self._unknown[name])
        self._unknown[name] = projector.unknown

    def _written(self, projector: Projector) -> float:
        """When the last event in the view was written; until there is one, or if it does not say, when we began."""
        try:
            return milliseconds(projector.applied) / 1000
        except ValueError:
            return self._began
