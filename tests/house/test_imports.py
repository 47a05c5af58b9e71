"""The import contracts of pyproject.toml hold, and each bites."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.tree import REPOSITORY, plant

LINT = "from importlinter.cli import lint_imports_command as lint; lint(['--no-logo', '--no-cache'])"
PLANTED = {
    "Services share facts": ("services/rooms/planted.py", "import services.presence.state\n"),
    "The command line composes": ("libs/service/planted.py", "def late():\n    import services.rooms\n"),
    "The vocabulary stands alone": ("libs/events/planted.py", "from libs.service.config import load\n"),
    "Only tests use the plugin": ("parlor/planted.py", "import libs.events.testing.story\n"),
    "Rules, states, facts": ("services/media/mixing/planted.py", "from libs.service import clock\n"),
    "Inside a service": ("services/presence/errors.py", "import services.presence.decide\n"),
    "Whoever serves no HTTP": ("services/media/mixing/planted.py", "import uvicorn\n"),
}
"""For each contract, by the beginning of its name, a file that breaks it; `clock` imports `time`."""


def broken(root: Path) -> set[str]:
    """Which contracts the linter finds broken, by the beginnings of their names above."""
    said = subprocess.run([sys.executable, "-c", LINT], cwd=root, capture_output=True, text=True, check=False).stdout
    assert "Contracts:" in said, said
    verdicts = " ".join(said.split("Broken contracts")[0].split())
    return {name for name in PLANTED if re.match(r"[^A-Z]*BROKEN", verdicts.split(name, 1)[1].replace("HTTP", ""))}


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tree, to be spoilt."""
    root = tmp_path_factory.mktemp("tree")
    for package in ("libs", "services", "parlor"):
        shutil.copytree(REPOSITORY / package, root / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(REPOSITORY / "pyproject.toml", root)
    return root


def test_the_contracts_hold(copy: Path) -> None:
    assert broken(copy) == set()


@pytest.mark.parametrize("contract", PLANTED)
def test_a_forbidden_import_is_found(copy: Path, contract: str) -> None:
    files = [plant(copy, *PLANTED[contract]), plant(copy, "libs/service/clock.py", "import time\n")]
    try:
        assert broken(copy) == {contract}
    finally:
        for file in files:
            file.unlink()


def test_every_contract_has_its_planted_fault() -> None:
    names = [line.split('"')[1] for line in (REPOSITORY / "pyproject.toml").read_text().splitlines() if named(line)]
    assert len(names) == len(PLANTED)
    assert all(any(name.startswith(start) for start in PLANTED) for name in names)


def named(line: str) -> bool:
    """A contract's name is the only key `name` with a capital letter."""
    return line.startswith('name = "') and line[8].isupper()
