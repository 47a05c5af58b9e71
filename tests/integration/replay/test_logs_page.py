"""What docs/logs.md says to type does what it says."""

import re
import shlex
from pathlib import Path

import pytest

from tests.integration.replay.typed import Typed

REPOSITORY = Path(__file__).parents[3]
TYPED = re.findall(r"^\$ parlor log (.*)$", (REPOSITORY / "docs" / "logs.md").read_text(), re.MULTILINE)


async def test_every_example_runs(parlor_log: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "tests").symlink_to(REPOSITORY / "tests")
    monkeypatch.chdir(tmp_path)
    statuses = []
    for line in TYPED:
        command, _, file = line.partition(" > ")
        said = await parlor_log(*shlex.split(command))
        statuses.append(said.status)
        if file:
            (tmp_path / file).write_bytes(said.stdout)

    assert statuses == [0, 0, 1], "the last compares the whole log with its state at r4"
