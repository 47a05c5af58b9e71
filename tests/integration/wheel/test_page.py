"""Every example of docs/replaying.md is a test that passes where nothing but the wheel is installed."""

import re
from pathlib import Path
from shutil import copy

import pytest

from tests.integration.wheel.environment import REPOSITORY, Environment, summary

pytestmark = pytest.mark.slow
PAGE = REPOSITORY / "docs" / "replaying.md"
INTERVIEW = REPOSITORY / "tests" / "replay" / "interview.jsonl"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"# (tests/test_\w+\.py)\n")
STRICT = ("-W", "error", "-o", "asyncio_default_fixture_loop_scope=function")
REPLAYS = ("-m", "pytest", "-q", "-p", "no:cacheprovider", *STRICT)


def blocks(language: str) -> list[str]:
    """What the page shows in one language."""
    return [text for kind, text in BLOCK.findall(PAGE.read_text()) if kind == language]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project whose tests are the page's examples, each in the file that its first line names."""
    (tmp_path / "tests").mkdir()
    copy(INTERVIEW, tmp_path / "tests")
    for example in blocks("python"):
        named = FILE.match(example)
        assert named is not None, f"an example that names no file: {example[:60]}"
        file = tmp_path / named[1]
        assert not file.exists(), f"two examples in {named[1]}"
        file.write_text(example)
    return tmp_path


def test_every_example_of_the_page_passes(project: Path, equipped: Environment) -> None:
    first = equipped.python(*REPLAYS, "--parlor-update", cwd=project)
    again = equipped.python(*REPLAYS, cwd=project)

    tests = sum(example.count("def test_") for example in blocks("python"))
    for ran in (first, again):
        assert summary(ran).startswith(f"{tests} passed")


def test_the_snapshot_on_the_page_is_the_one_that_the_example_makes(project: Path, equipped: Environment) -> None:
    [file] = re.findall(r"`(tests/snapshots/\S+\.json)`", PAGE.read_text())
    equipped.python(*REPLAYS, "--parlor-update", "tests/test_turns.py", cwd=project)

    assert [(project / file).read_text()] == blocks("json")


def test_the_page_names_the_version_that_is_built(wheel: Path) -> None:
    assert wheel.name in PAGE.read_text()
