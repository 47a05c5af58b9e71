"""Grants in PostgreSQL (`kept.oauth_clients`, `kept.oauth_codes`, `kept.refresh_tokens`): links outlive a restart."""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from libs.events.ids import PersonId
from libs.service.database import raw
from libs.service.oauth import Client, Code, Refresh


class KeptGrants:
    """As libs.service.oauth.Grants."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def register(self, clients: Sequence[Client]) -> None:
        """Make these the registered clients, at start; links of a client that is gone stop working."""
        rows = [(c.client, c.secret_hash, c.name, list(c.redirect_uris)) for c in clients]
        async with raw(self._engine) as connection, connection.transaction():
            await connection.execute("DELETE FROM kept.oauth_clients WHERE client <> ALL($1)", [row[0] for row in rows])
            await connection.executemany(REGISTER, rows)

    async def client(self, client: str) -> Client | None:
        """A registered client."""
        async with raw(self._engine) as connection:
            row = await connection.fetchrow("SELECT * FROM kept.oauth_clients WHERE client = $1", client)
        if row is None:
            return None
        uris = tuple(row["redirect_uris"])
        return Client(client=row["client"], name=row["name"], redirect_uris=uris, secret_hash=row["secret_hash"])

    async def put_code(self, digest: bytes, code: Code) -> None:
        """Keep a code, and throw away those that nobody redeemed."""
        values = (code.client, code.person, code.redirect_uri, code.challenge, " ".join(code.scope), code.nonce)
        async with raw(self._engine) as connection, connection.transaction():
            await connection.execute("DELETE FROM kept.oauth_codes WHERE expires < now() - interval '1 hour'")
            await connection.execute(PUT_CODE, digest, *values, _moment(code.expires))

    async def take_code(self, digest: bytes) -> Code | None:
        """Give a code out and forget it."""
        async with raw(self._engine) as connection:
            row = await connection.fetchrow("DELETE FROM kept.oauth_codes WHERE code_hash = $1 RETURNING *", digest)
        if row is None:
            return None
        return Code(
            client=row["client"],
            person=PersonId(row["person"]),
            redirect_uri=row["redirect_uri"],
            scope=tuple(row["scope"].split()),
            challenge=row["challenge"],
            expires=_seconds(row["expires"]),
            nonce=row["nonce"],
        )

    async def put_refresh(self, digest: bytes, refresh: Refresh) -> None:
        """Keep a refresh token, and throw away those that have expired."""
        values = (refresh.family, refresh.client, refresh.person, " ".join(refresh.scope))
        async with raw(self._engine) as connection, connection.transaction():
            await connection.execute("DELETE FROM kept.refresh_tokens WHERE expires < now()")
            await connection.execute(PUT_REFRESH, digest, *values, _moment(refresh.expires))

    async def use_refresh(self, digest: bytes, now: int) -> Refresh | None:
        """The token as it was before this use."""
        async with raw(self._engine) as connection:
            row = await connection.fetchrow(USE_REFRESH, digest, _moment(now))
        if row is None:
            return None
        return Refresh(
            family=row["family"],
            client=row["client"],
            person=PersonId(row["person"]),
            scope=tuple(row["scope"].split()),
            expires=_seconds(row["expires"]),
            used=None if row["before"] is None else _seconds(row["before"]),
        )

    async def revoke(self, family: str) -> None:
        """Forget every refresh token of a family."""
        async with raw(self._engine) as connection:
            await connection.execute("DELETE FROM kept.refresh_tokens WHERE family = $1", family)


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())


REGISTER = """
INSERT INTO kept.oauth_clients (client, secret_hash, name, redirect_uris) VALUES ($1, $2, $3, $4)
ON CONFLICT (client) DO UPDATE
SET secret_hash = excluded.secret_hash, name = excluded.name, redirect_uris = excluded.redirect_uris
"""
PUT_CODE = """
INSERT INTO kept.oauth_codes (code_hash, client, person, redirect_uri, challenge, scope, nonce, expires)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""
PUT_REFRESH = """
INSERT INTO kept.refresh_tokens (token_hash, family, client, person, scope, expires) VALUES ($1, $2, $3, $4, $5, $6)
"""
USE_REFRESH = """
UPDATE kept.refresh_tokens AS token SET used = COALESCE(token.used, $2)
FROM (SELECT token_hash, used FROM kept.refresh_tokens WHERE token_hash = $1 FOR UPDATE) AS old
WHERE token.token_hash = old.token_hash
RETURNING token.*, old.used AS before
"""
