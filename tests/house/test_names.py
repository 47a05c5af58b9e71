"""A thing is named after what it is about."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.house.tree import REPOSITORY, nodes, plant, python_files

EMPTY = frozenset({"util", "utils", "helper", "helpers", "common", "misc", "manager", "base", "impl"})
SAID = re.compile("|".join(EMPTY), re.IGNORECASE)


def empty_names(root: Path) -> list[str]:
    """Folders, modules and classes whose name says nothing."""
    found = []
    for file in python_files(root):
        name = file.relative_to(root)
        found += [f"{name}: {part}" for part in name.with_suffix("").parts if says_nothing(part)]
        found += [f"{name}: class {each}" for each in classes(file) if says_nothing(each)]
    return found


def says_nothing(name: str) -> bool:
    """With or without underscores, whole or as a class's last word."""
    bare = name.strip("_")
    return bare.lower() in EMPTY or any(bare.endswith(word.capitalize()) and bare[:1].isupper() for word in EMPTY)


def classes(file: Path) -> Iterator[str]:
    """Names of all classes in a file."""
    return (node.name for node in nodes(file, SAID) if isinstance(node, ast.ClassDef))


def test_no_name_says_nothing() -> None:
    assert empty_names(REPOSITORY) == []


def test_names_that_say_nothing_are_found(tmp_path: Path) -> None:
    plant(tmp_path, "services/rooms/utils.py")
    plant(tmp_path, "libs/_base.py")
    plant(tmp_path, "services/common/rooms.py")
    plant(tmp_path, "services/rooms/stage.py", "class StageManager: ...\nclass Database: ...\n")
    assert empty_names(tmp_path) == [
        "libs/_base.py: _base",
        "services/common/rooms.py: common",
        "services/rooms/stage.py: class StageManager",
        "services/rooms/utils.py: utils",
    ]
