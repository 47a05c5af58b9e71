"""The doorway to PostgreSQL: a small pool, raw connections for hot statements, and the schema brought up to date.

SQLAlchemy (`libs/service/tables.py`) is for queries that gain from it; what runs per event uses `raw`. The URL is
asyncpg's (libpq's form), also with a unix socket: `postgresql://postgres@/parlor?host=/run/postgresql`.
"""

import asyncio
from pathlib import Path

import asyncpg
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from libs.events.projection.postgres import GONE, raw
from libs.events.projection.postgres import Connection as RawConnection
from libs.service.cannotstart import CannotStart

__all__ = ["GONE", "AsyncEngine", "DatabaseUnreachable", "RawConnection", "engine", "migrate", "raw", "unready"]

MIGRATIONS = Path(__file__).parent / "migrations"
MIGRATION_LOCK = 0x5061726C6F72
"""Advisory lock: of several processes that start at once, one migrates and the others wait."""
CONNECT_SECONDS = 5.0


class DatabaseUnreachable(CannotStart):
    """PostgreSQL is not there or does not let us in; one sentence."""


def engine(url: str, connections: int = 4, name: str = "parlor") -> AsyncEngine:
    """An engine with at most that many connections, made when first used. Close it with `await engine.dispose()`."""

    async def connect() -> RawConnection:
        return await asyncpg.connect(url, timeout=CONNECT_SECONDS, server_settings={"application_name": name})

    return create_async_engine(
        "postgresql+asyncpg://", async_creator=connect, pool_size=connections, max_overflow=0, pool_timeout=10
    )


async def migrate(url: str) -> None:
    """Make both schemas and bring every table up to date. Raises DatabaseUnreachable."""
    migrating = engine(url, connections=1, name="parlor migrate")
    try:
        async with migrating.connect() as connection:
            await connection.execute(text(f"SELECT pg_advisory_lock({MIGRATION_LOCK})"))
            await connection.execute(text("CREATE SCHEMA IF NOT EXISTS view"))
            await connection.execute(text("CREATE SCHEMA IF NOT EXISTS kept"))
            if not await _is_current(connection):
                await connection.run_sync(_upgrade)
            await connection.commit()
    except (OSError, TimeoutError, DBAPIError, asyncpg.PostgresError) as fault:
        raise DatabaseUnreachable(f"PostgreSQL can't be used: {fault or type(fault).__name__}") from fault
    finally:
        await migrating.dispose()


async def _is_current(connection: AsyncConnection) -> bool:
    """True when the newest step was taken: then Alembic (10 MB, half a second) need not be loaded."""
    newest = max(file.name[1:5] for file in (MIGRATIONS / "versions").glob("v*.py"))
    if await connection.scalar(text("SELECT to_regclass('kept.alembic_version') IS NULL")):
        return False
    taken: str = await connection.scalar(text("SELECT version_num FROM kept.alembic_version")) or ""
    if taken > newest:
        raise DatabaseUnreachable(f"the database is at step {taken}, of a newer Parlor; this one knows {newest}")
    return taken == newest


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


async def unready(pool: AsyncEngine, seconds: float = 2.0) -> str | None:
    """None when the database answers, else why not: for readiness probes."""
    try:
        async with asyncio.timeout(seconds), raw(pool) as connection:
            await connection.fetchval("SELECT 1")
    except (TimeoutError, *GONE) as fault:
        return f"PostgreSQL does not answer: {fault or type(fault).__name__}"
    return None


async def clear_views(pool: AsyncEngine) -> None:
    """Empty every table of `view` but the archive, and forget how far the projections were: they fill them anew.

    The archive's lines stay, because they may be all that is left of a log that was lost.
    """
    async with raw(pool) as connection:
        names = await connection.fetch(
            "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables "
            "WHERE schemaname = 'view' AND tablename <> 'archive'"
        )
        await connection.execute(f"TRUNCATE {', '.join(row['name'] for row in names)}")
