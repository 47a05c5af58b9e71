"""The views of all services, for commands that work on a view without running its service."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import msgspec

from libs.events.ids import Position
from libs.events.jetstream.parking import JetStreamParking
from libs.events.projection.archive import Archive
from libs.events.projection.parked_table import all_parked
from libs.events.projection.projection import Projection
from libs.service.database import AsyncEngine, engine, migrate, raw
from parlor.logbook import logbook
from services.rooms.adapters.listing import RoomsView

PROJECTIONS: Mapping[str, Projection] = {view.name: view for view in (Archive(), RoomsView())}


class Views(msgspec.Struct, frozen=True):
    """What a command about views works on."""

    parking: JetStreamParking
    database: AsyncEngine


@asynccontextmanager
async def views() -> AsyncIterator[Views]:
    """Connect as the operator, the tables brought up to date. Raises as `logbook`, and DatabaseUnreachable."""
    async with logbook() as book:
        await migrate(book.database_url)
        pool = engine(book.database_url, connections=2, name="parlor-log")
        parking = JetStreamParking(book.broker.client)
        await parking.make()
        try:
            yield Views(parking, pool)
        finally:
            await pool.dispose()


async def sweep(views: Views) -> None:
    """Take out of the stream of parked messages what is parked no more."""

    async def parked() -> list[tuple[str, Position]]:
        async with raw(views.database) as connection:
            return [(one.projection, one.position) for one in await all_parked(connection)]

    await views.parking.sweep(parked)
