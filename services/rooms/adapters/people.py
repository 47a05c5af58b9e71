"""Names of people (`kept.people`): the one place where a name is, and what `forget` empties."""

from collections.abc import Awaitable, Callable

from sqlalchemy.ext.asyncio import AsyncEngine

from libs.events.fresh import fresh_id
from libs.events.ids import PersonId
from libs.service.database import raw


class PostgresPeople:
    """As `libs.service.http_identity.People`; `register` writes the fact that somebody new signed in."""

    def __init__(self, engine: AsyncEngine, register: Callable[[PersonId], Awaitable[object]]) -> None:
        self._engine = engine
        self._register = register

    async def by_name(self, name: str) -> PersonId:
        """The person with this name, registered now when they are new."""
        async with raw(self._engine) as connection, connection.transaction():
            await connection.execute("SELECT pg_advisory_xact_lock(hashtext($1))", name)
            known = await connection.fetchval(KNOWN, name)
            person = PersonId(known or fresh_id())
            if known is None:
                await connection.execute(NEW, person, name)
        await self._register(person)
        return person

    async def name(self, person: PersonId, name: str) -> None:
        """Give a person of our own (the house) a name, once."""
        async with raw(self._engine) as connection:
            await connection.execute(f"{NEW} ON CONFLICT DO NOTHING", person, name)


KNOWN = "SELECT person FROM kept.people WHERE name = $1 ORDER BY since LIMIT 1"
NEW = "INSERT INTO kept.people (person, name) VALUES ($1, $2)"
