"""Apply parked facts again, in order and exactly once, beside whatever runs the projection."""

import msgspec
from sqlalchemy.ext.asyncio import AsyncEngine

from ..parked import Parked
from . import checkpoint
from .isolating import apply_what_can_be
from .parked_table import all_parked, park, unpark
from .postgres import raw
from .projection import Projection


class Retried(msgspec.Struct, frozen=True):
    """How many facts are in the view now, and what still fails or waits."""

    applied: int
    left: list[Parked]


async def retry(engine: AsyncEngine, projection: Projection) -> Retried:
    """All or nothing, in one transaction that holds the projection's checkpoint: a running service waits as long as
    this takes. Facts of a scope stay in order, so what comes after one that still fails goes on waiting.
    """
    name = projection.name
    async with raw(engine) as connection, connection.transaction():
        held = await checkpoint.lock(connection, name)
        parked = await all_parked(connection, name)
        left = await apply_what_can_be(connection, projection, [one.fact for one in parked], {})
        staying = {reason.fact.position for reason in left}
        applied = [one.position for one in parked if one.position not in staying]
        await unpark(connection, name, held.stream, applied)
        await park(connection, name, held.stream, left)
        await checkpoint.count(connection, name, -len(applied))
        return Retried(len(applied), await all_parked(connection, name))
