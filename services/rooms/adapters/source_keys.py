"""Source keys in PostgreSQL (`kept.source_keys`): hashes, never the keys."""

from collections.abc import Sequence
from hmac import compare_digest

from sqlalchemy.ext.asyncio import AsyncEngine

from libs.events.ids import Milliseconds, PersonId, ProgrammeId, RoomId
from libs.service.database import raw
from libs.service.source_keys import KeyHolder
from services.rooms.cards import SourceKeyCard


class PostgresSourceKeys:
    """As services.rooms.source_keys.Kept."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def put(self, digest: bytes, holder: KeyHolder, most: int) -> str | None:
        """Keep a new key; `exists` when its id is taken, `full` when the person has `most` already."""
        values = (digest, holder.id, holder.person, holder.programme, holder.room, holder.name)
        async with raw(self._engine) as connection, connection.transaction():
            await connection.execute("SELECT pg_advisory_xact_lock(hashtext('source-keys/' || $1))", holder.person)
            if await connection.fetchval("SELECT count(*) FROM kept.source_keys WHERE id = $1", holder.id):
                return "exists"
            if await connection.fetchval(COUNT, holder.person) >= most:
                return "full"
            await connection.execute(PUT, *values)
        return None

    async def of(self, person: PersonId, programme: ProgrammeId | None, room: RoomId) -> Sequence[SourceKeyCard]:
        """Their keys that hold, for this room or its programme, the oldest first."""
        async with raw(self._engine) as connection:
            rows = await connection.fetch(OF, person, programme, room)
        return [
            SourceKeyCard(
                id=row["id"],
                name=row["name"],
                person=PersonId(row["person"]),
                programme=row["programme"],
                room=row["room"],
                made=Milliseconds(row["made_ms"]),
            )
            for row in rows
        ]

    async def revoke(self, person: PersonId, key: str) -> bool:
        """It holds no longer; False when this person never had such a key. Again, it changes nothing."""
        async with raw(self._engine) as connection:
            done: str | None = await connection.fetchval(REVOKE, key, person)
        return done is not None

    async def whose(self, digest: bytes) -> KeyHolder | None:
        """Who holds the key with this hash; None when nobody does, or no longer."""
        async with raw(self._engine) as connection:
            row = await connection.fetchrow(WHOSE, digest)
        if row is None or not compare_digest(bytes(row["key_hash"]), digest):
            return None
        return KeyHolder(
            id=row["id"], person=PersonId(row["person"]), name=row["name"], programme=row["programme"], room=row["room"]
        )


COUNT = "SELECT count(*) FROM kept.source_keys WHERE person = $1 AND revoked IS NULL"
PUT = "INSERT INTO kept.source_keys (key_hash, id, person, programme, room, name) VALUES ($1, $2, $3, $4, $5, $6)"
OF = """
SELECT id, name, person, programme, room, (extract(epoch FROM made) * 1000)::bigint AS made_ms FROM kept.source_keys
WHERE person = $1 AND revoked IS NULL AND (programme = $2 OR room = $3) ORDER BY made, id
"""
REVOKE = """
UPDATE kept.source_keys SET revoked = COALESCE(revoked, now()) WHERE id = $1 AND person = $2 RETURNING id
"""
WHOSE = """
SELECT key_hash, id, person, programme, room, name FROM kept.source_keys WHERE key_hash = $1 AND revoked IS NULL
"""
