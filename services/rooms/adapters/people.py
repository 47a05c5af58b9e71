"""Names of people (`kept.people`): the one place where a name is, sealed, and what `forget` empties.

A name is found by its index, which only this installation can compute, and read with the key of whose it is.
"""

from collections.abc import Awaitable, Callable, Iterable

from sqlalchemy.ext.asyncio import AsyncEngine

from libs.events.fresh import fresh_id
from libs.events.ids import PersonId
from libs.events.projection.postgres import Connection
from libs.service.database import raw
from libs.service.database_wal import overwrite
from libs.service.person_keys_kept import REMOVED, PersonKeys
from libs.service.sealing import MasterKey

PLACE = "kept.people/name"


class PostgresPeople:
    """As `libs.service.http_identity.People`; `register` writes the fact that somebody new signed in."""

    def __init__(
        self,
        engine: AsyncEngine,
        master: MasterKey,
        keys: PersonKeys,
        register: Callable[[PersonId], Awaitable[object]],
    ) -> None:
        self._engine = engine
        self._master = master
        self._keys = keys
        self._register = register

    async def by_name(self, name: str) -> PersonId:
        """The person with this name, registered now when they are new."""
        index = self._master.name_index(name)
        async with raw(self._engine) as connection, connection.transaction():
            await connection.execute(ONE_AT_A_TIME, index)
            known = await connection.fetchval(KNOWN, index)
            person = PersonId(known or fresh_id())
            if known is None:
                await connection.execute(NEW, person)
                await self._seal(connection, person, name)
        await self._register(person)
        return person

    async def name(self, person: PersonId, name: str) -> None:
        """Give a person of our own (the house) a name, once."""
        async with raw(self._engine) as connection, connection.transaction():
            if await connection.fetchval(NEW, person):
                await self._seal(connection, person, name)

    async def seal_old(self) -> None:
        """Seal the names that an earlier Parlor wrote down, and let go of what they were."""
        async with raw(self._engine) as connection:
            async with connection.transaction():
                old = await connection.fetch(OLD)
                for row in old:
                    await self._seal(connection, PersonId(row["person"]), row["name"])
            if old:
                await connection.execute("VACUUM FULL kept.people")
                await overwrite(connection)

    async def names(self, people: Iterable[PersonId]) -> dict[PersonId, str]:
        """What these people are called: `removed` once they are forgotten, empty when they never said."""
        async with raw(self._engine) as connection:
            rows = await connection.fetch(NAMES, list(people))
        return {
            PersonId(row["person"]): REMOVED
            if row["removed"]
            else self._keys.read(PersonId(row["person"]), row["wrapped"], row["sealed"], PLACE)
            if row["sealed"]
            else ""
            for row in rows
        }

    async def _seal(self, connection: Connection, person: PersonId, name: str) -> None:
        key = await self._keys.own(connection, person)
        sealed = key.seal(name, PLACE, said_with=fresh_id())
        await connection.execute(SEAL, person, sealed, self._master.name_index(name))


ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtext(encode($1, 'hex')))"
KNOWN = "SELECT person FROM kept.people WHERE name_index = $1 ORDER BY since LIMIT 1"
NEW = "INSERT INTO kept.people (person) VALUES ($1) ON CONFLICT DO NOTHING RETURNING person"
OLD = "SELECT person, name FROM kept.people WHERE name IS NOT NULL FOR UPDATE"
SEAL = "UPDATE kept.people SET name = NULL, sealed = $2, name_index = $3 WHERE person = $1"
NAMES = """
SELECT asked.person, known.sealed, key.wrapped, key.forgotten IS NOT NULL OR gone.person IS NOT NULL AS removed
FROM unnest($1::text[]) AS asked (person)
LEFT JOIN kept.people AS known USING (person)
LEFT JOIN kept.person_keys AS key USING (person)
LEFT JOIN view.forgotten AS gone USING (person)
"""
