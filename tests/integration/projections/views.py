"""Projections for tests: one that writes down what it is given and when, one that can't take everything."""

from collections.abc import Iterable

from libs.events.log import Batch
from libs.events.projection.postgres import Connection
from libs.events.subjects import Interest

ROOMS = Interest(owners=("rooms",))

MAKE = "CREATE TABLE IF NOT EXISTS view.seen (n bigserial, position bigint, id text)"
ADD = "INSERT INTO view.seen (position, id) SELECT * FROM unnest($1::bigint[], $2::text[])"


class Seen:
    """Writes down every fact it is given; applying one twice, or out of order, would show."""

    name = "seen"
    takes_unreadable = False

    def __init__(self, interest: Interest = ROOMS) -> None:
        self.interest = interest

    async def apply(self, connection: Connection, facts: Batch) -> None:
        await connection.execute(ADD, [fact.position for fact in facts], [fact.envelope.id for fact in facts])


class Picky(Seen):
    """Writes, and then fails if one of the facts is among those that it has a fault with."""

    def __init__(self, faulty: Iterable[str], interest: Interest = ROOMS) -> None:
        super().__init__(interest)
        self.faulty = set(faulty)
        self.attempts = 0

    async def apply(self, connection: Connection, facts: Batch) -> None:
        self.attempts += 1
        await super().apply(connection, facts)
        for fact in facts:
            if fact.envelope.id in self.faulty:
                raise ZeroDivisionError(f"a fault with revision {fact.envelope.revision}")
