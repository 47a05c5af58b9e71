"""There is one way to tell a story in a test: the plugin's, which other repositories use too."""

import ast
import re
from pathlib import Path

from tests.house.tree import REPOSITORY, nodes, plant, python_files

HOME = "libs/events/testing/story.py"
WORDS = frozenset({"given", "when", "then"})
SAID = re.compile(rf"(?:class|def)\s+(?:{'|'.join(WORDS)})\b", re.IGNORECASE)


def other_ways(root: Path) -> list[str]:
    """Definitions of given, when or then outside of the plugin."""
    found = []
    for file in python_files(root):
        name = file.relative_to(root).as_posix()
        if name != HOME:
            found += [f"{name}: {word}" for word in defined(file) if word.lower() in WORDS]
            found += [f"{name}: a file of its own"] * (file.stem in WORDS)
    return found


def defined(file: Path) -> list[str]:
    """Names of classes and functions."""
    kinds = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    return [node.name for node in nodes(file, SAID) if isinstance(node, kinds)]


def test_given_when_then_are_the_plugins() -> None:
    assert other_ways(REPOSITORY) == []


def test_another_way_is_found(tmp_path: Path) -> None:
    plant(tmp_path, "tests/given.py", "class Tale:\n    def when(self): ...\n")
    plant(tmp_path, "libs/events/testing/story.py", "def given(): ...\n")
    plant(tmp_path, "tests/unit/test_rooms.py", "class Given: ...\n")
    assert other_ways(tmp_path) == [
        "tests/given.py: when",
        "tests/given.py: a file of its own",
        "tests/unit/test_rooms.py: Given",
    ]
