"""Answers to commands in PostgreSQL (`kept.answers`): every replica gives the same one, also after a restart."""

from sqlalchemy.ext.asyncio import AsyncEngine

from libs.service.answers import Kept
from libs.service.database import raw

SWEEP = 200
"""After so many new answers those that are older than a day are thrown away."""


class KeptAnswers:
    """As `libs.service.answers.Answers`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._since_sweep = 0

    async def recall(self, key: str) -> Kept | None:
        """As Answers.recall."""
        async with raw(self._engine) as connection:
            row = await connection.fetchrow(RECALL, key)
        if row is None:
            return None
        return Kept(fingerprint=row["fingerprint"], status=row["status"], answer=row["answer"])

    async def keep(self, key: str, kept: Kept) -> None:
        """As Answers.keep."""
        self._since_sweep += 1
        async with raw(self._engine) as connection:
            await connection.execute(KEEP, key, kept.fingerprint, kept.status, kept.answer)
            if self._since_sweep >= SWEEP:
                self._since_sweep = 0
                await connection.execute("DELETE FROM kept.answers WHERE expires <= now()")


RECALL = "SELECT fingerprint, status, answer FROM kept.answers WHERE key = $1 AND expires > now()"
KEEP = """
INSERT INTO kept.answers AS old (key, fingerprint, status, answer, expires)
VALUES ($1, $2, $3, $4, now() + interval '24 hours')
ON CONFLICT (key) DO UPDATE
SET fingerprint = excluded.fingerprint, status = excluded.status, answer = excluded.answer, expires = excluded.expires
WHERE old.expires <= now()
"""
