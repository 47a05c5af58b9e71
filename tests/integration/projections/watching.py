"""What the tests of projections do and ask again and again."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncEngine

from libs.events.ids import START, Milliseconds, Position
from libs.events.log import EventLog
from libs.events.parked import Parked, Parking
from libs.events.projection.parked_table import all_parked
from libs.events.projection.projection import Projection
from libs.events.projection.projector import Projector
from libs.service.database import raw
from tests.integration.log.facts import Chain

SOON = Milliseconds(5_000)


async def seen(database: AsyncEngine) -> list[str]:
    """The ids that the view has, in the order of the log."""
    async with raw(database) as connection:
        return [row["id"] for row in await connection.fetch("SELECT id FROM view.seen ORDER BY position")]


async def written(log: EventLog) -> list[str]:
    """The ids that the log has."""
    return [fact.envelope.id async for batch in log.read_all() for fact in batch]


async def parked(database: AsyncEngine) -> list[Parked]:
    """What is parked."""
    async with raw(database) as connection:
        return await all_parked(connection)


async def applied_in_order(database: AsyncEngine, scopes: Sequence[str], log: EventLog) -> bool:
    """True when the facts of each scope came into the view in the order of the log."""
    about = {fact.envelope.id: fact.envelope.aggregate.scope async for batch in log.read_all() for fact in batch}
    async with raw(database) as connection:
        rows = await connection.fetch("SELECT id, position FROM view.seen ORDER BY n")
    orders = {scope: [row["position"] for row in rows if about[row["id"]] == scope] for scope in scopes}
    return all(order == sorted(order) for order in orders.values())


async def a_room(log: EventLog, mutes: int = 3) -> Position:
    """A room opens, and its host unmutes and mutes herself."""
    chain = Chain()
    first = await log.append(chain.about, chain.opened(), expected=START)
    return await log.append(chain.about, chain.unmuted_and_muted(mutes), expected=first)


@asynccontextmanager
async def running(
    database: AsyncEngine, log: EventLog, view: Projection, parking: Parking | None = None, most: int = 10_000
) -> AsyncIterator[Projector]:
    """A projection that runs as long as the context lasts."""
    projector = Projector(database, log, view, parking)
    projector.parked_at_most = most
    await projector.start()
    try:
        yield projector
    finally:
        await projector.stop()
