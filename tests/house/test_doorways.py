"""Each outside library comes in by one door, and some not at all."""

import ast
import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatch
from pathlib import Path

import pytest

from tests.house.tree import REPOSITORY, nodes, plant, python_files

DOORWAYS: Mapping[str, tuple[str, ...]] = {
    "nats": ("libs/events/jetstream/*.py", "libs/service/broker.py", "libs/events/testing/broker.py"),
    "fastapi": (
        "services/*/api*.py",
        "services/*/main*.py",
        "services/media/distribution/*api*.py",
        "libs/service/http*.py",
    ),
    "sqlalchemy": (
        "services/*/main.py",
        "services/*/adapters/*.py",
        "libs/events/projection/*.py",
        "libs/service/database*.py",
        "libs/service/tables*.py",
        "libs/service/*_kept.py",
        "libs/*/migrations/*.py",
    ),
    "asyncpg": ("services/*/adapters/*.py", "libs/events/projection/*.py", "libs/service/database*.py"),
    "alembic": ("libs/service/database*.py", "libs/*/migrations/*.py"),
    "aiortc": ("parlor/demo/ears.py",),
    "aioice": ("parlor/demo/ears.py",),
    "av": (
        "services/media/sources/*.py",
        "services/media/distribution/*.py",
        "services/media/recording/sound.py",
        "parlor/echo/*.py",
        "parlor/demo/*.py",
    ),
    "ctypes": (
        "services/media/mixing/opus.py",
        "services/media/mixing/denoise.py",
        "libs/events/embedded/leash.py",
        "parlor/examination.py",
    ),
    "OpenSSL": ("services/media/transport/dtls.py", "services/media/certificate.py"),
    "pylibsrtp": ("tests/unit/media/srtp.py",),
    "cython": ("services/media/engine/*.py",),
    "typer": ("parlor/cli.py", "parlor/commands/*.py"),
    "rich": ("parlor/*.py",),
    "pytest": ("libs/events/testing/plugin.py",),
    "unittest": (),
}
"""`unittest` is here for its mocks: a fake is a class beside the protocol."""

NOBODYS = {library: doors for library, doors in DOORWAYS.items() if not doors}
"""All that tests may not import."""


def side_doors(root: Path) -> list[str]:
    """Imports of a library outside its doorway. Tests may import what they like, save what nobody may."""
    found = []
    for file in python_files(root):
        name = file.relative_to(root).as_posix()
        guarded = NOBODYS if name.startswith("tests/") else DOORWAYS
        words = re.compile(rf"\b(?:{'|'.join(guarded)})\b")
        found += [
            f"{name} imports {library}"
            for library in sorted(set(imported(file, words)) & guarded.keys())
            if not any(fnmatch(name, door) for door in guarded[library])
        ]
    return found


def imported(file: Path, words: re.Pattern[str]) -> Iterator[str]:
    """Top-level names of what a file with these words imports when it runs, also inside functions."""
    never = {id(node) for block in nodes(file, words) if for_types_only(block) for node in ast.walk(block)}
    for node in nodes(file, words):
        if id(node) in never:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.split(".")[0]


def for_types_only(node: ast.AST) -> bool:
    """`if TYPE_CHECKING:`"""
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def test_every_library_comes_in_by_its_door() -> None:
    assert side_doors(REPOSITORY) == []


@pytest.mark.parametrize("library", [library for library, doors in DOORWAYS.items() if doors])
def test_a_side_door_is_found(tmp_path: Path, library: str) -> None:
    plant(tmp_path, "services/rooms/decide.py", f"def decide():\n    from {library} import thing\n")
    assert side_doors(tmp_path) == [f"services/rooms/decide.py imports {library}"]


def test_a_mock_is_found_in_tests_too(tmp_path: Path) -> None:
    plant(tmp_path, "tests/unit/test_rooms.py", "from unittest.mock import Mock\nimport nats\n")
    assert side_doors(tmp_path) == ["tests/unit/test_rooms.py imports unittest"]


def test_an_import_for_types_alone_is_no_import(tmp_path: Path) -> None:
    plant(tmp_path, "libs/service/part.py", "if TYPE_CHECKING:\n    from fastapi import APIRouter\n")
    assert side_doors(tmp_path) == []
