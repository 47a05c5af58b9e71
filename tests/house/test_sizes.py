"""A file that outgrows its limit is two files."""

from pathlib import Path

from tests.house.tree import REPOSITORY, plant, python_files

LIMIT = 300
LIMIT_OF_TESTS = 500


def too_long(root: Path) -> list[str]:
    """Files over their limit, with what they have and may have."""
    found = []
    for file in python_files(root):
        name = file.relative_to(root)
        limit = LIMIT_OF_TESTS if name.parts[0] == "tests" else LIMIT
        lines = len(file.read_text().splitlines())
        if lines > limit:
            found.append(f"{name} has {lines} lines, {limit} at most")
    return found


def test_no_file_is_too_long() -> None:
    assert too_long(REPOSITORY) == []


def test_a_file_too_long_is_found(tmp_path: Path) -> None:
    plant(tmp_path, "services/rooms/decide.py", "x = 1\n" * 301)
    plant(tmp_path, "services/rooms/state.py", "x = 1\n" * 300)
    plant(tmp_path, "tests/unit/test_long.py", "x = 1\n" * 501)
    plant(tmp_path, "tests/unit/test_short.py", "x = 1\n" * 500)
    assert too_long(tmp_path) == [
        "services/rooms/decide.py has 301 lines, 300 at most",
        "tests/unit/test_long.py has 501 lines, 500 at most",
    ]
