"""The plugin in a pytest session of somebody else's."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from shutil import copy

import psutil
import pytest

REPOSITORY = Path(__file__).parents[3]
INTERVIEW = REPOSITORY / "tests" / "replay" / "interview.jsonl"
PYTEST = (sys.executable, "-m", "pytest", "-p", "libs.events.testing.plugin", "-p", "no:cacheprovider")
HANGS = """
def test_that_hangs(replayed_broker):
    print(replayed_broker("interview.jsonl").url, flush=True)
    input()
"""


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A project that has a log."""
    copy(INTERVIEW, tmp_path)
    return tmp_path


def environment(folder: Path, **changes: str) -> dict[str, str]:
    apart = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_DEBUG_TEMPROOT": str(folder)}
    return {**os.environ, "PYTHONPATH": str(REPOSITORY), **apart, **changes}


def ran(folder: Path, test: str, *options: str, **changes: str) -> str:
    """What pytest says about one test."""
    (folder / "test_evening.py").write_text(test)
    words = [*PYTEST, "-q", *options, "test_evening.py"]
    return subprocess.run(
        words, cwd=folder, env=environment(folder, **changes), capture_output=True, text=True, check=False
    ).stdout


def test_nothing_is_loaded_or_started_before_a_test_asks_for_it(elsewhere: Path) -> None:
    said = ran(
        elsewhere,
        "import sys\n"
        "def test_what_is_loaded(replayed_room):\n"
        "    assert replayed_room('interview.jsonl').state.status == 'ended'\n"
        "    heavy = {'nats', 'sqlalchemy', 'asyncpg', 'numpy', 'av', 'cryptography', 'opentelemetry'}\n"
        "    assert not heavy.intersection(sys.modules)\n",
    )
    assert "1 passed" in said, said


def test_a_failure_points_at_the_line_of_the_test(elsewhere: Path) -> None:
    said = ran(elsewhere, "def test_gone(replayed_room):\n    replayed_room('concert.jsonl')\n", "--tb=short")

    assert "test_evening.py:2: in test_gone" in said
    assert "concert.jsonl; logs (*.jsonl) in that folder: interview.jsonl" in said
    assert "kept.py" not in said


def test_a_snapshot_is_missing_then_written_then_equal(elsewhere: Path) -> None:
    test = (
        "def test_room(replayed_room, parlor_snapshot):\n    parlor_snapshot(replayed_room('interview.jsonl').state)\n"
    )

    assert "run pytest with --parlor-update" in ran(elsewhere, test)
    assert "1 passed" in ran(elsewhere, test, "--parlor-update")
    assert "1 passed" in ran(elsewhere, test)
    assert (elsewhere / "snapshots" / "test_evening" / "test_room.json").is_file()


def test_without_a_server_the_error_names_the_extra(elsewhere: Path) -> None:
    said = ran(elsewhere, "def test_it(replayed_broker):\n    replayed_broker()\n", NATS_SERVER=str(elsewhere / "none"))

    assert "NATS_SERVER is" in said
    assert "1 failed" in said


@pytest.fixture
def hanging(elsewhere: Path) -> Iterator["subprocess.Popen[str]"]:
    """A session in the middle of a test that has a broker."""
    (elsewhere / "test_evening.py").write_text(HANGS)
    process = subprocess.Popen(
        [*PYTEST, "-s", "test_evening.py"],
        cwd=elsewhere,
        env=environment(elsewhere),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    yield process
    process.kill()
    process.communicate(timeout=10)


def test_no_broker_outlives_a_session_that_was_killed(hanging: "subprocess.Popen[str]") -> None:
    assert hanging.stdout is not None
    while "nats://" not in (line := hanging.stdout.readline()):
        assert line, "it ended"
    [server] = psutil.Process(hanging.pid).children()

    hanging.kill()

    assert psutil.wait_procs([server], timeout=10)[1] == []
