"""Overwriting the write-ahead log: what was deleted is in none of its files, and who may not is told so."""

import asyncpg
import pytest

from libs.service.database_wal import overwrite
from parlor.embedded.postgres import Postgres
from tests.conftest import UNSAFE

MARK = "marmalade-lighthouse"


@pytest.fixture
async def own_postgres(tmp_path_factory: pytest.TempPathFactory) -> Postgres:
    """A server of this test's own, not started: others write as they like into the session's."""
    return Postgres(tmp_path_factory.mktemp("own") / "postgres", UNSAFE)


async def test_what_was_written_is_in_no_file_of_it_afterwards(own_postgres: Postgres) -> None:
    own_postgres.start()
    try:
        connection = await asyncpg.connect(own_postgres.url())
        for n in range(30):  # so much that files are waiting to be used again
            await connection.execute(f"SELECT pg_logical_emit_message(true, '{MARK}', repeat(md5('{n}'), 20000))")
        assert files_with_mark(own_postgres)
        await connection.execute("CHECKPOINT")
        assert files_with_mark(own_postgres), "a checkpoint alone takes nothing away"
        told = await overwrite(connection)
        await connection.close()

        assert (told, files_with_mark(own_postgres)) == (None, [])
    finally:
        own_postgres.stop()


def files_with_mark(server: Postgres) -> list[str]:
    log = server.data / "pg_wal"
    return [file.name for file in log.iterdir() if file.is_file() and MARK.encode() in file.read_bytes()]


async def test_whoever_may_not_is_told_why(postgres: Postgres) -> None:
    operator = await asyncpg.connect(postgres.url("postgres"))
    await operator.execute("CREATE ROLE small_user LOGIN")
    connection = await asyncpg.connect(postgres.url("postgres"), user="small_user")
    try:
        told = await overwrite(connection)
    finally:
        await connection.close()
        await operator.execute("DROP ROLE small_user")
        await operator.close()

    assert told is not None
    assert told.startswith("this user may not (permission denied")
