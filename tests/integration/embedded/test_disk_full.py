"""A full disk is one sentence, whichever step meets it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.integration.embedded.holding import REPOSITORY

START_POSTGRES = """
import sys
from pathlib import Path
from parlor.cli import guarded
from parlor.embedded.postgres import Postgres
sys.exit(guarded(Postgres(Path(sys.argv[1])).start))
"""


def on_a_disk_of(size: str, folder: Path, *program: str) -> "subprocess.CompletedProcess[str]":
    """Run a program that sees a small disk at this folder; the disk goes with it."""
    unshare = shutil.which("unshare")
    options = ["-m"] if os.geteuid() == 0 else ["-Urm"]
    if unshare is None or subprocess.run([unshare, *options, "true"], capture_output=True, check=False).returncode:
        pytest.skip("no mount namespaces here")
    mount = 'mount -t tmpfs -o size="$1" tmpfs "$2" && shift 2 && exec "$@"'
    return subprocess.run(
        [unshare, *options, "sh", "-c", mount, "sh", size, str(folder), *program],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_too_little_room_is_said_before_anything_starts(tmp_path: Path) -> None:
    holder = (sys.executable, "-m", "tests.integration.embedded.holder", str(tmp_path / "state"))
    ended = on_a_disk_of("64m", tmp_path, *holder)
    assert ended.returncode == 1, ended.stderr
    assert "has 64 MB free and 128 are needed: free some space" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_room_that_runs_out_while_the_database_is_made_is_said(tmp_path: Path) -> None:
    ended = on_a_disk_of("16m", tmp_path, sys.executable, "-c", START_POSTGRES, str(tmp_path / "state"))
    assert ended.returncode == 1, ended.stderr
    assert "no space left on the disk that holds" in ended.stderr
    assert "Traceback" not in ended.stderr
