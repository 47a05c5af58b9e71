"""The keys of people in PostgreSQL (`kept.person_keys`), wrapped with the installation's key: who seals, who opens.

No key is remembered: it comes with the query that needs it, so one that was deleted is gone everywhere at once.
"""

from collections.abc import Sequence
from typing import ClassVar

from sqlalchemy.ext.asyncio import AsyncEngine

from libs.events.ids import PersonId
from libs.events.projection.postgres import Connection
from libs.events.refusal import Refusal
from libs.events.sealed import NotSealed, Sealed, whose
from libs.service.database import raw
from libs.service.sealing import BadSealingKey, CannotOpen, MasterKey, PersonKey

REMOVED = "removed"
"""What is shown for the name and the words of somebody who was forgotten."""
UNREADABLE = "unreadable"
"""What is shown for words whose key is not here: another installation's, or changed ones."""


class WasForgotten(Refusal):
    """There is no key for this person any more, and there will be none."""

    slug: ClassVar = "was-forgotten"
    status: ClassVar = 401


class PersonKeys:
    """Seals and opens for services."""

    def __init__(self, engine: AsyncEngine, master: MasterKey) -> None:
        self._engine = engine
        self._master = master

    async def check(self) -> None:
        """Raises BadSealingKey when what is kept was sealed with another installation's key."""
        async with raw(self._engine) as connection:
            row = await connection.fetchrow(ANY)
        try:
            if row is not None:
                self._master.unwrap(row["person"], row["wrapped"])
        except CannotOpen as fault:
            raise BadSealingKey(
                "the names in the database were sealed with another key than SEALING_KEY_FILE has: "
                "bring back the file that was there when they were"
            ) from fault

    async def own(self, connection: Connection, person: PersonId) -> PersonKey:
        """The key to seal with, made when there is none. Raises WasForgotten."""
        wrapped = await connection.fetchval(KEY, person)
        if wrapped is None:
            await connection.execute(NEW, person, self._master.new_person_key(person))
            wrapped = await connection.fetchval(KEY, person)
        if wrapped is None:
            raise WasForgotten(f"{person} was forgotten; sign in anew")
        return self._master.unwrap(person, wrapped)

    async def seal(self, person: PersonId, text: str, place: str, said_with: str) -> Sealed:
        """Words of this person for one place, said with one command. Raises WasForgotten."""
        async with raw(self._engine) as connection:
            key = await self.own(connection, person)
        return key.seal(text, place, said_with)

    async def open(self, words: Sequence[tuple[Sealed, str]]) -> list[str]:
        """The texts of words with their places; `removed` or `unreadable` where there is none to be had."""
        people = {person for one, _ in words if (person := said_by(one)) is not None}
        async with raw(self._engine) as connection:
            rows = await connection.fetch(KEYS, list(people))
        gone = {row["person"] for row in rows if row["removed"]}
        keys = {row["person"]: row["wrapped"] for row in rows}
        return [
            REMOVED if said_by(one) in gone else self.read(said_by(one), keys.get(said_by(one)), one, place)
            for one, place in words
        ]

    def read(self, person: PersonId | None, wrapped: bytes | None, words: Sealed, place: str) -> str:
        """The text, opened with a wrapped key; `unreadable` when that can't be."""
        if person is None or wrapped is None:
            return UNREADABLE
        try:
            return self._master.unwrap(person, wrapped).open(words, place)
        except CannotOpen:
            return UNREADABLE

    async def forgotten(self) -> list[PersonId]:
        """Everybody who was."""
        async with raw(self._engine) as connection:
            return [PersonId(row["person"]) for row in await connection.fetch(FORGOTTEN)]


def said_by(words: Sealed) -> PersonId | None:
    """Whose words these are, when that can be said."""
    try:
        return whose(words)
    except NotSealed:
        return None


ANY = "SELECT person, wrapped FROM kept.person_keys WHERE wrapped IS NOT NULL LIMIT 1"
KEY = "SELECT wrapped FROM kept.person_keys WHERE person = $1"
NEW = "INSERT INTO kept.person_keys (person, wrapped) VALUES ($1, $2) ON CONFLICT DO NOTHING"
KEYS = """
SELECT asked.person, key.wrapped, key.forgotten IS NOT NULL OR gone.person IS NOT NULL AS removed
FROM unnest($1::text[]) AS asked (person)
LEFT JOIN kept.person_keys AS key USING (person)
LEFT JOIN view.forgotten AS gone USING (person)
"""
FORGOTTEN = """
SELECT person FROM kept.person_keys WHERE forgotten IS NOT NULL UNION SELECT person FROM view.forgotten
"""
