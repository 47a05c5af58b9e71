"""The row of `view.checkpoints`: how far one projection is in which log, and how many facts it has parked.

Whoever changes the view changes this row in the same transaction, first of all. So the row is also the lock that keeps
a running service, another replica of it and `parlor log retry` out of each other's way.
"""

import msgspec

from ..ids import START, Position
from .postgres import Connection


class Checkpoint(msgspec.Struct, frozen=True):
    """`stream` is the identity of the log; empty when there is no such row."""

    stream: str = ""
    position: Position = START
    parked: int = 0


async def begin(connection: Connection, name: str, stream: str) -> Checkpoint:
    """Where the projection is; a new one is at the start."""
    await connection.execute(NEW, name, stream, START)
    return await read(connection, name)


async def read(connection: Connection, name: str) -> Checkpoint:
    """Where the projection is now."""
    return _checkpoint(await connection.fetchrow(READ, name))


async def lock(connection: Connection, name: str) -> Checkpoint:
    """As `read`, and nobody else changes the view until the transaction ends."""
    return _checkpoint(await connection.fetchrow(READ + " FOR UPDATE", name))


async def move(connection: Connection, name: str, before: Checkpoint, position: Position) -> int | None:
    """Go on to `position` if the projection is still where `before` says. How many facts are parked; None if not."""
    parked: int | None = await connection.fetchval(MOVE, name, before.stream, before.position, position)
    return parked


async def count(connection: Connection, name: str, more: int) -> None:
    """So many more facts are parked, or fewer."""
    await connection.execute(COUNT, name, more)


def _checkpoint(row: object) -> Checkpoint:
    return Checkpoint() if row is None else msgspec.convert(dict(row), Checkpoint)  # type: ignore[call-overload]  # asyncpg.Record is a mapping without a type for it


NEW = "INSERT INTO view.checkpoints (name, stream, position) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING"
READ = "SELECT stream, position, parked FROM view.checkpoints WHERE name = $1"
MOVE = "UPDATE view.checkpoints SET position = $4 WHERE name = $1 AND stream = $2 AND position = $3 RETURNING parked"
COUNT = "UPDATE view.checkpoints SET parked = parked + $2 WHERE name = $1"
