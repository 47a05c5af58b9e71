"""Facts that a view could not take in, in `view.parked`: written by the transaction that passes them over.

The table is what is true. The stream `PARKED` has a copy of each with its reason (`Parking`), for whoever watches the
broker; `told` is whether it has, so that a copy is made after a crash too.
"""

from collections.abc import Iterable, Sequence

import msgspec
from sqlalchemy.ext.asyncio import AsyncEngine

from ..envelope import Recorded
from ..ids import Position
from ..parked import Parked, Parking
from ..vocabulary import AnyEvent
from .postgres import Connection, raw

TOLD_AT_ONCE = 200


class Reason(msgspec.Struct, frozen=True):
    """A fact that is to be parked, and why."""

    fact: Recorded[AnyEvent]
    why: str


async def park(connection: Connection, projection: str, stream: str, reasons: Sequence[Reason]) -> None:
    """Write down what is passed over; the checkpoint's row is locked by this transaction."""
    facts = [reason.fact for reason in reasons]
    await connection.execute(
        PARK,
        projection,
        stream,
        [fact.position for fact in facts],
        [fact.envelope.scope for fact in facts],
        [fact.envelope.subject for fact in facts],
        [storable(fact.envelope.type) for fact in facts],
        [storable(reason.why) for reason in reasons],
        [fact.line for fact in facts],
    )


async def unpark(connection: Connection, projection: str, stream: str, positions: Sequence[Position]) -> None:
    """These are in the view now."""
    await connection.execute(UNPARK, projection, stream, list(positions))


async def blocked(connection: Connection, projection: str, scopes: Iterable[str]) -> dict[str, Position]:
    """Which of these scopes have a parked fact, and the first of them."""
    rows = await connection.fetch(BLOCKED, projection, list(scopes))
    return {row["scope"]: Position(row["first"]) for row in rows}


async def all_parked(connection: Connection, projection: str = "") -> list[Parked]:
    """Everything that is parked, of one projection or of all, in the order of the log."""
    return [msgspec.convert(dict(row), Parked) for row in await connection.fetch(ALL, projection)]


async def tell_untold(engine: AsyncEngine, projection: str, parking: Parking) -> None:
    """Copy to the stream what it does not have. Raises LogUnavailable, or what `raw` does."""
    while True:
        async with raw(engine) as connection:
            rows = await connection.fetch(UNTOLD, projection, TOLD_AT_ONCE)
        if not rows:
            return
        for row in rows:
            parked = msgspec.convert(dict(row), Parked)
            await parking.tell(parked)
            async with raw(engine) as connection:
                await connection.execute(TOLD, projection, parked.stream, parked.position, parked.reason)


def storable(text: str) -> str:
    """PostgreSQL's text holds every character but NUL and half surrogates, which a garbled line may well have."""
    return text.replace("\0", "\\0").encode(errors="backslashreplace").decode()


COLUMNS = "projection, stream, position, scope, subject, type, reason, at, line"
PARK = """
INSERT INTO view.parked (projection, stream, position, scope, subject, type, reason, line)
SELECT $1, $2, * FROM unnest($3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bytea[])
ON CONFLICT (projection, stream, position) DO UPDATE
SET reason = excluded.reason, told = view.parked.told AND view.parked.reason = excluded.reason
"""
UNPARK = "DELETE FROM view.parked WHERE projection = $1 AND stream = $2 AND position = ANY($3::bigint[])"
BLOCKED = """
SELECT scope, min(position) AS first FROM view.parked WHERE projection = $1 AND scope = ANY($2::text[]) GROUP BY scope
"""
ALL = f"SELECT {COLUMNS} FROM view.parked WHERE $1 IN ('', projection) ORDER BY projection, position"  # noqa: S608 - a constant
UNTOLD = f"SELECT {COLUMNS} FROM view.parked WHERE projection = $1 AND NOT told ORDER BY position LIMIT $2"  # noqa: S608 - a constant
TOLD = """
UPDATE view.parked SET told = true WHERE projection = $1 AND stream = $2 AND position = $3 AND reason = $4
"""
