"""The first projection: every line of the log, in a table. For questions in SQL, backups, and a broker's lost disk.

Lines are kept by log and position, so a rebuild adds what is missing and the lines of an earlier log stay.
"""

from ..log import Batch
from ..subjects import EVERYTHING
from . import checkpoint
from .postgres import Connection

COPIED_FROM = 20
"""From so many facts on, COPY is quicker than its three round trips; it needs a third of an array's processor time."""


class Archive:
    """Keeps every line, under the identity that its own checkpoint names."""

    name = "archive"
    interest = EVERYTHING
    takes_unreadable = True

    async def apply(self, connection: Connection, facts: Batch) -> None:
        """Add the lines that are not there yet."""
        stream = (await checkpoint.read(connection, self.name)).stream
        rows = [
            (
                stream,
                fact.position,
                fact.envelope.id,
                fact.envelope.type,
                fact.envelope.scope,
                fact.envelope.subject,
                fact.envelope.revision,
                fact.line.decode(),
            )
            for fact in facts
        ]
        first, last = facts[0].position, facts[-1].position
        if len(rows) < COPIED_FROM or await connection.fetchval(SOME, stream, first, last):
            await connection.executemany(ADD, rows)
        else:
            await connection.copy_records_to_table("archive", schema_name="view", columns=COLUMNS, records=rows)


COLUMNS = ("stream", "position", "id", "type", "scope", "subject", "revision", "line")
SOME = "SELECT EXISTS (SELECT FROM view.archive WHERE stream = $1 AND position BETWEEN $2 AND $3)"
ADD = f"INSERT INTO view.archive ({', '.join(COLUMNS)}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING"  # noqa: S608 - our own names
