"""The files that the house rules look at."""

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
CODE = ("libs", "services", "parlor", "tests", "deploy")
SKIPPED = frozenset({"__pycache__", "node_modules", ".venv"})


def python_files(root: Path = REPOSITORY) -> Iterator[Path]:
    """Every Python file of ours below a root."""
    for top in CODE:
        for file in sorted((root / top).rglob("*.py")):
            if not SKIPPED.intersection(file.relative_to(root).parts):
                yield file


def nodes(file: Path, words: re.Pattern[str]) -> tuple[ast.AST, ...]:
    """The whole syntax tree of a file, root first; read once for all the rules that look at it. Nothing of a file in
    whose text `words` are not found: most files need no look.
    """
    return _nodes(file, file.stat().st_mtime_ns) if words.search(file.read_text()) else ()


@cache
def _nodes(file: Path, _written: int) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(ast.parse(file.read_text())))


def committed_files(root: Path = REPOSITORY) -> Iterator[Path]:
    """Every file that git knows, or would take; all of them where the tree is no repository."""
    listing = ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(listing, capture_output=True, check=False)
    if listed.returncode == 0:
        names = [name for name in listed.stdout.decode().split("\0") if name]
        yield from (root / name for name in names if (root / name).is_file())
    else:
        yield from (file for file in root.rglob("*") if file.is_file())


def plant(root: Path, name: str, text: str = "") -> Path:
    """Write a file with a fault in it."""
    file = root / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file
