"""PostgreSQL runs as somebody who is not root, in each of the ways there are."""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

import asyncpg
import psutil
import pytest

from libs.events.embedded.faults import PartMissing
from parlor.embedded import account
from parlor.embedded.postgres import Postgres


def works(way: Sequence[str]) -> bool:
    """May this machine and user do it that way?"""
    return os.geteuid() == 0 and subprocess.run([*way, "true"], capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("way", account.WAYS, ids=lambda way: str(way[0]))
async def test_root_starts_postgres_in_a_closed_folder(tmp_path: Path, way: Sequence[str]) -> None:
    if not works(way):
        pytest.skip(f"{way[0]} does not work for this user here")
    tmp_path.chmod(0o700)
    server = Postgres(tmp_path / "state")
    server.ways = (way,)
    try:
        server.start()
        connection = await asyncpg.connect(server.url())
        await connection.close()
        assert server.child.process is not None
        assert psutil.Process(server.child.process.pid).name() == "postgres"
    finally:
        server.stop()


@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["unshare first", "setpriv first"])
async def test_data_survives_a_change_of_the_way(tmp_path: Path, order: tuple[int, int]) -> None:
    if not all(works(way) for way in account.WAYS):
        pytest.skip("both ways are needed")
    for place in order:
        server = Postgres(tmp_path / "state")
        server.ways = (account.WAYS[place],)
        try:
            server.start()
        finally:
            server.stop()


def test_without_a_way_the_refusal_says_what_to_do() -> None:
    if os.geteuid() != 0:
        pytest.skip("an ordinary user needs no way")
    with pytest.raises(PartMissing, match="start Parlor as an ordinary user, or set DATABASE_URL"):
        account.way((("no-such-program",), ("false",)))


@pytest.mark.parametrize("way", account.WAYS, ids=lambda way: str(way[0]))
def test_root_s_programs_are_found_in_a_closed_folder(tmp_path: Path, way: Sequence[str]) -> None:
    """Initdb asks access(2) whether postgres lies beside it, also when the whole checkout is of mode 0700."""
    if not works(way):
        pytest.skip(f"{way[0]} does not work for this user here")
    program = tmp_path / "closed/program"
    program.parent.mkdir(mode=0o700)
    program.write_text("#!/bin/sh\n")
    program.chmod(0o700)
    asked = f"import os; print(os.access({str(program)!r}, os.R_OK | os.X_OK))"

    said = subprocess.run([*way, "/usr/bin/python3", "-c", asked], capture_output=True, text=True, check=True)

    assert said.stdout == "True\n"
