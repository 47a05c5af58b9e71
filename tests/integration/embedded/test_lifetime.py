"""The servers come up wherever they are put, and leave with whoever started them."""

import os
from pathlib import Path

import asyncpg
import pytest

from parlor.embedded.postgres import Postgres
from tests.integration.embedded.holding import (
    ORDINARY,
    can_be_somebody_else,
    held,
    left_behind,
    none_left,
    refusal,
)


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A state folder inside a folder that is closed to others."""
    tmp_path.chmod(0o700)
    return tmp_path / "state"


async def remember(url: str) -> None:
    """Write one row."""
    connection = await asyncpg.connect(url)
    await connection.execute("CREATE TABLE kept (word text); INSERT INTO kept VALUES ('parlor')")
    await connection.close()


async def remembered(url: str) -> str:
    """Read it again."""
    connection = await asyncpg.connect(url)
    word: str = await connection.fetchval("SELECT word FROM kept")
    await connection.close()
    return word


async def test_stopping_leaves_no_process_no_lock_and_no_socket(state: Path) -> None:
    with held(state) as holder:
        assert (state / "lock").exists()
        assert holder.end() == 0
        assert none_left(state, holder.children)
    assert not (state / "lock").exists()
    assert not (state / "connection.json").exists()
    assert not (state / "postgres" / "socket").exists()
    assert not (state / "postgres" / "data" / "postmaster.pid").exists()


async def test_what_was_written_is_there_at_the_next_start(state: Path) -> None:
    with held(state) as holder:
        await remember(holder.database)
        port = holder.nats
    with held(state) as holder:
        assert await remembered(holder.database) == "parlor"
        assert holder.nats == port


async def test_no_server_outlives_a_parent_that_was_killed(state: Path) -> None:
    with held(state) as holder:
        await remember(holder.database)
        holder.kill()
        assert none_left(state, holder.children)


async def test_killing_everything_loses_nothing_that_was_committed(state: Path) -> None:
    with held(state) as holder:
        await remember(holder.database)
        holder.kill_tree()
    assert not left_behind(state)
    with held(state) as holder:
        assert await remembered(holder.database) == "parlor"


async def test_the_next_start_waits_for_servers_that_are_still_ending(state: Path) -> None:
    with held(state) as holder:
        await remember(holder.database)
        holder.kill()
        with held(state) as successor:
            assert await remembered(successor.database) == "parlor"


def test_a_second_start_on_the_same_state_is_refused_in_one_sentence(state: Path) -> None:
    with held(state) as holder:
        said = refusal(state)
        assert f"Parlor already runs on {state} (process {holder.process.pid})" in said
        assert said.count("\n") == 1


@pytest.mark.skipif(not can_be_somebody_else(), reason="only root can become another user")
async def test_an_ordinary_user_needs_nothing_special(state: Path) -> None:
    state.mkdir(mode=0o700)
    os.chown(state, 65534, 65534)
    with held(state, ORDINARY) as holder:
        await remember_as_other(holder.database)
        assert (state / "postgres" / "data").stat().st_uid == 65534
        assert holder.end() == 0
        assert none_left(state, holder.children)


async def remember_as_other(url: str) -> None:
    """Root may pass through the socket folder of another user."""
    await remember(url)
    assert await remembered(url) == "parlor"


async def test_a_path_too_long_for_a_socket_gets_a_short_one(state: Path) -> None:
    deep = state / ("x" * 60) / ("y" * 60)
    with held(deep) as holder:
        await remember(holder.database)
        sockets = Path(holder.database.split("host=")[1])
        assert deep not in sockets.parents
        assert sockets.stat().st_mode & 0o077 == 0
        holder.end()
        assert not sockets.exists()


@pytest.mark.parametrize("holder", ["ourselves", "nobody"])
async def test_a_stale_pid_file_does_not_keep_postgres_from_starting(state: Path, holder: str) -> None:
    first = Postgres(state)
    first.start()
    first.stop()
    pid = os.getpid() if holder == "ourselves" else 4_194_000
    socket_lines = f"{first.data}\n1700000000\n5432\n{first.sockets}\n\n  5432001         0\nready\n"
    (first.data / "postmaster.pid").write_text(f"{pid}\n{socket_lines}")
    again = Postgres(state)
    try:
        again.start()
        connection = await asyncpg.connect(again.url())
        await connection.close()
    finally:
        again.stop()


def test_an_initialisation_that_was_cut_short_is_done_again(state: Path) -> None:
    server = Postgres(state)
    server.data.mkdir(parents=True)
    (server.data / "PG_VERSION").write_text("18\n")
    (server.state / "unfinished").touch()
    try:
        server.start()
        assert not (server.state / "unfinished").exists()
    finally:
        server.stop()
