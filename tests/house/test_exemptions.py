"""Whoever is let off a rule says why, on the same line; and tests wait for conditions, not for time."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.house.tree import REPOSITORY, nodes, plant, python_files

EXEMPTION = re.compile(r"#\s*(noqa(?::\s*[A-Z]+[0-9]+(?:,\s*[A-Z]+[0-9]+)*)?|type:\s*ignore(?:\[[a-z0-9, -]+\])?)(.*)$")
SLEEP = re.compile(r"\bsleep\b")
REASON = re.compile(r"[A-Za-z]{2,}.*[A-Za-z]{2,}")


def unreasoned(root: Path) -> list[str]:
    """Exemptions without a code or without a reason. A type ignored in a test needs a code alone: the test is why."""
    found = []
    for file in python_files(root):
        test = file.relative_to(root).parts[0] == "tests"
        for number, line in enumerate(file.read_text().splitlines(), 1):
            match = EXEMPTION.search(line)
            if match is None:
                continue
            has_code = re.search(r"[:\[]", match[1].removeprefix("type:")) is not None
            has_reason = REASON.search(match[2]) is not None or (test and match[1].startswith("type:"))
            if not (has_code and has_reason):
                found.append(f"{file.relative_to(root)}:{number}")
    return found


def sleeps(root: Path) -> list[str]:
    """Calls of `sleep` in tests, other than giving way with `sleep(0)` and looking again inside a `while`."""
    return [
        f"{file.relative_to(root)}:{call.lineno}"
        for file in python_files(root)
        if file.relative_to(root).parts[0] == "tests" and "soak" not in file.name
        for call in calls_of_sleep(file)
    ]


def calls_of_sleep(file: Path) -> Iterator[ast.Call]:
    """Those that let time pass and hope."""
    looking = {id(node) for loop in nodes(file, SLEEP) if isinstance(loop, ast.While) for node in ast.walk(loop)}
    for node in nodes(file, SLEEP):
        if not isinstance(node, ast.Call) or id(node) in looking:
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        gives_way = bool(node.args) and isinstance(node.args[0], ast.Constant) and node.args[0].value == 0
        if name == "sleep" and not gives_way:
            yield node


def test_every_exemption_has_a_reason() -> None:
    assert unreasoned(REPOSITORY) == []


def test_an_exemption_without_a_reason_is_found(tmp_path: Path) -> None:
    mark, ignore = "# no" + "qa", "# type: ig" + "nore"
    lines = (
        f"a = 1  {mark}",
        f"b = 1  {mark}: S101",
        f"c = 1  {mark}: S101  (the server asks for it)",
        f"d = 1  {ignore}",
        f"e = 1  {ignore}[misc]",
        f"f = 1  {ignore}[misc]  # half annotated",
    )
    plant(tmp_path, "libs/planted.py", "\n".join(lines))
    assert unreasoned(tmp_path) == [f"libs/planted.py:{number}" for number in (1, 2, 4, 5)]


def test_no_test_sleeps() -> None:
    assert sleeps(REPOSITORY) == []


def test_a_sleeping_test_is_found(tmp_path: Path) -> None:
    plant(tmp_path, "tests/unit/test_slow.py", "time.sleep(1)\nsleep(0)\nwhile not there():\n    sleep(0.01)\n")
    assert sleeps(tmp_path) == ["tests/unit/test_slow.py:1"]
