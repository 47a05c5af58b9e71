"""The first projection: every line of the log, in a table. For questions in SQL, backups, and a broker's lost disk.

Lines are kept by log and position, so a rebuild adds what is missing and the lines of an earlier log stay.
"""

from ..log import Batch
from ..subjects import EVERYTHING
from .postgres import Connection


class Archive:
    """Keeps every line, under the identity that its own checkpoint names."""

    name = "archive"
    interest = EVERYTHING
    takes_unreadable = True

    async def apply(self, connection: Connection, facts: Batch) -> None:
        envelopes = [fact.envelope for fact in facts]
        await connection.execute(
            ADD,
            self.name,
            [fact.position for fact in facts],
            [envelope.id for envelope in envelopes],
            [envelope.type for envelope in envelopes],
            [envelope.subject for envelope in envelopes],
            [envelope.revision for envelope in envelopes],
            [fact.line.decode() for fact in facts],
        )


ADD = """
INSERT INTO view.archive (stream, position, id, type, scope, subject, revision, line)
SELECT stream, fact.position, id, type, split_part(subject, '/', 1), subject, revision, line
FROM view.checkpoints, unnest($2::bigint[], $3::text[], $4::text[], $5::text[], $6::integer[], $7::text[])
     AS fact (position, id, type, subject, revision, line)
WHERE name = $1
ON CONFLICT DO NOTHING
"""
