"""The database's schema comes from migrations, which may run any number of times and at once."""

import asyncio
import sys

import asyncpg
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection

from libs.service.database import MIGRATIONS, DatabaseUnreachable, engine, migrate, unready
from libs.service.tables import metadata
from parlor.embedded.postgres import Postgres


def differences(connection: Connection) -> list[object]:
    options = {"include_schemas": True, "version_table_schema": "kept", "compare_type": True}
    return list(compare_metadata(MigrationContext.configure(connection, opts=options), metadata))


async def test_migrations_make_the_tables_that_the_code_knows(database_url: str) -> None:
    pool = engine(database_url)
    async with pool.connect() as connection:
        assert await connection.run_sync(differences) == []
    await pool.dispose()


async def test_processes_that_start_at_once_migrate_once(postgres: Postgres) -> None:
    connection = await asyncpg.connect(postgres.url("postgres"))
    await connection.execute("CREATE DATABASE fresh")
    await asyncio.gather(*(migrate(postgres.url("fresh")) for _ in range(4)))
    await migrate(postgres.url("fresh"))
    await connection.execute("DROP DATABASE fresh WITH (FORCE)")
    await connection.close()


async def test_a_database_that_is_not_there_is_one_sentence() -> None:
    with pytest.raises(DatabaseUnreachable, match=r"^PostgreSQL can't be used: .+$"):
        await migrate("postgresql://postgres@/parlor?host=/nowhere")


async def test_readiness_names_a_database_that_does_not_answer() -> None:
    pool = engine("postgresql://postgres@/parlor?host=/nowhere")
    assert str(await unready(pool)).startswith("PostgreSQL does not answer: ")
    await pool.dispose()


async def test_a_database_that_answers_is_ready(database_url: str) -> None:
    pool = engine(database_url)
    assert await unready(pool) is None
    await pool.dispose()


async def test_a_database_that_is_up_to_date_is_seen_so_without_alembic(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "alembic", None)  # importing it would raise
    await migrate(database_url)


def taken_back(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.downgrade(config, "-1")


async def test_a_database_that_is_a_step_behind_is_brought_up_to_date(database_url: str) -> None:
    pool = engine(database_url)
    async with pool.connect() as connection:
        await connection.run_sync(taken_back)
        await connection.commit()
        assert await connection.run_sync(differences) != []
    await migrate(database_url)
    async with pool.connect() as connection:
        assert await connection.run_sync(differences) == []
    await pool.dispose()


async def test_a_database_of_a_newer_parlor_is_one_sentence(database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    await connection.execute("UPDATE kept.alembic_version SET version_num = '9999'")
    await connection.close()

    with pytest.raises(DatabaseUnreachable, match="the database is at step 9999, of a newer Parlor"):
        await migrate(database_url)
