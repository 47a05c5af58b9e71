"""What being forgotten takes away in PostgreSQL: name, key, credentials, answers. What stays is that it was done."""

from collections.abc import Sequence

from libs.events.ids import PersonId
from libs.events.projection.postgres import Connection

REWRITTEN = ("kept.people", "kept.person_keys", "kept.source_keys")
"""Tables that had a name or a key in them: small, and written anew after somebody was forgotten."""


async def known(connection: Connection, person: PersonId) -> bool:
    """True when something is kept of them, be it that they were forgotten."""
    found: bool = await connection.fetchval(KNOWN, person)
    return found


async def erase(connection: Connection, people: Sequence[PersonId]) -> None:
    """Delete what is kept of these people. Again, it changes nothing; in a transaction, it is all or nothing."""
    for statement in ERASE:
        await connection.execute(statement, list(people))


async def erase_again(connection: Connection) -> None:
    """Delete what a restored backup may have brought back of people whom the log knows as forgotten."""
    returned = await connection.fetch(RETURNED)
    if returned:
        await erase(connection, [PersonId(row["person"]) for row in returned])
        await rewrite(connection)


async def rewrite(connection: Connection) -> None:
    """Write the small tables anew, so that deleted rows are in their files no more. Not inside a transaction; they are
    locked for the moment that it takes.
    """
    for table in REWRITTEN:
        await connection.execute(f"VACUUM FULL {table}")


ERASE = (
    "DELETE FROM kept.people WHERE person = ANY($1)",
    "DELETE FROM kept.oauth_codes WHERE person = ANY($1)",
    "DELETE FROM kept.refresh_tokens WHERE person = ANY($1)",
    "DELETE FROM kept.source_keys WHERE person = ANY($1)",
    "DELETE FROM kept.answers WHERE split_part(key, '/', 1) = ANY($1)",
    """
    INSERT INTO kept.person_keys AS known (person, forgotten) SELECT unnest($1::text[]), now()
    ON CONFLICT (person) DO UPDATE SET wrapped = NULL, forgotten = now()
    WHERE known.wrapped IS NOT NULL OR known.forgotten IS NULL
    """,
)
KNOWN = """
SELECT EXISTS (SELECT FROM kept.people WHERE person = $1) OR EXISTS (SELECT FROM kept.person_keys WHERE person = $1)
"""
RETURNED = """
SELECT person FROM view.forgotten JOIN kept.person_keys USING (person) WHERE wrapped IS NOT NULL
UNION SELECT person FROM view.forgotten JOIN kept.people USING (person)
"""
