"""Copies what is parked to the stream `PARKED`, beside the view's own work and never in its way."""

import asyncio

from sqlalchemy.ext.asyncio import AsyncEngine

from ..log import LogUnavailable
from ..parked import Parking
from .parked_table import tell_untold
from .postgres import passes

PAUSE_SECONDS = 1.0


class Announcer:
    """Of one projection; without a `parking` it does nothing, and the table is all there is."""

    def __init__(self, engine: AsyncEngine, projection: str, parking: Parking | None) -> None:
        self._engine = engine
        self._projection = projection
        self._parking = parking
        self._more = asyncio.Event()

    def wake(self) -> None:
        """There is something to tell."""
        self._more.set()

    async def run(self) -> None:
        """Tell what was left untold, then what comes, for ever. Whatever goes away may take its time to come back."""
        while self._parking is not None:
            self._more.clear()
            try:
                await tell_untold(self._engine, self._projection, self._parking)
                await self._more.wait()
            except LogUnavailable:
                await asyncio.sleep(PAUSE_SECONDS)
            except Exception as fault:
                if not passes(fault):
                    raise
                await asyncio.sleep(PAUSE_SECONDS)
