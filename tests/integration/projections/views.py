"""Projections for tests: one that counts, one that breaks."""

from libs.events.log import Batch
from libs.events.projection.postgres import Connection
from libs.events.subjects import Interest

ROOMS = Interest(owners=("rooms",))

MAKE = "CREATE TABLE IF NOT EXISTS view.seen (position bigint, id text)"
ADD = "INSERT INTO view.seen SELECT * FROM unnest($1::bigint[], $2::text[])"


class Seen:
    """Writes down every fact it is given; applying one twice would show."""

    name = "seen"

    def __init__(self, interest: Interest = ROOMS) -> None:
        self.interest = interest

    async def apply(self, connection: Connection, facts: Batch) -> None:
        await connection.execute(ADD, [fact.position for fact in facts], [fact.envelope.id for fact in facts])


class Breaking(Seen):
    """Writes, and then fails, as a fault in a view would."""

    async def apply(self, connection: Connection, facts: Batch) -> None:
        await super().apply(connection, facts)
        raise ZeroDivisionError("a fault in the view")
