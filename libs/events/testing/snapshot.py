"""What a projection made of a replay, held against the JSON that was committed beside the test."""

import re
from difflib import unified_diff
from pathlib import Path
from typing import Any

import msgspec

FOLDER = "snapshots"


class Snapshot:
    """Compares values of one test; `renew` writes them instead. `test` is the test's module, `name` the test's own."""

    def __init__(self, test: Path, name: str, *, renew: bool) -> None:
        self._folder = test.parent / FOLDER / test.stem
        self._name = name
        self._renew = renew
        self._used: set[Path] = set()

    def __call__(self, value: Any, name: str = "") -> None:
        """Fail unless the value is what was committed in `snapshots/<module>/<test>.json`.

        Whatever msgspec writes as JSON can be compared: structs, dataclasses, attrs classes, lists, sets, dicts. The
        order of sets and of keys does not count. A second value of the same test needs a `name`.
        """
        __tracebackhide__ = True
        file = self._folder / f"{_plain(f'{self._name}.{name}' if name else self._name)}.json"
        if file in self._used:
            raise ValueError(f"{file.name} is compared with two values: give the second one a name")
        self._used.add(file)
        plain = msgspec.to_builtins(value, str_keys=True, order="sorted")
        found = msgspec.json.format(msgspec.json.encode(plain, order="sorted")) + b"\n"
        if self._renew:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(found)
        elif not file.is_file():
            raise AssertionError(f"there is no {file} yet: look at the value, then run pytest with --parlor-update")
        elif msgspec.json.decode(file.read_bytes()) != msgspec.json.decode(found):
            raise AssertionError(_differ(file, found))


def _plain(name: str) -> str:
    """A file's name: of a parametrised test, too."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-")


def _differ(file: Path, found: bytes) -> str:
    committed = msgspec.json.format(file.read_bytes()).decode().splitlines()
    lines = unified_diff(committed, found.decode().splitlines(), "committed", "now", lineterm="", n=2)
    told = "\n".join(lines) or "the same, in another order"
    return f"not as in {file}; if that is meant, run pytest with --parlor-update\n{told}"
