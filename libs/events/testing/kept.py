"""A kept log, found beside the test that asks for it, and read strictly."""

import os
from functools import lru_cache
from pathlib import Path

from ..chain import Chains
from ..event import Unknown
from ..replay import NotReplayable, checked, read_lines
from .replayed import ReplayedLog


class UnknownFacts(NotReplayable):
    """The file has facts of types that this version does not know, and the test asked for none."""


def beside(test: Path, name: "str | os.PathLike[str]") -> Path:
    """The file of that name, relative to the folder of a test's module. Raises FileNotFoundError that lists others."""
    __tracebackhide__ = True
    file = test.parent / name
    if file.is_file():
        return file
    others = ", ".join(sorted(near.name for near in file.parent.glob("*.jsonl"))) or "none"
    raise FileNotFoundError(f"there is no file {file}; logs (*.jsonl) in that folder: {others}")


def read_log(file: Path, *, strict: bool = False) -> ReplayedLog:
    """The log in a file, as `parlor log export` writes it: all of it, or the part that a reader may see.

    Raises NotReplayable that names the file and the line: cut off, damaged, doubled, out of order, changed since it
    was written, of an envelope that this version does not read. With `strict`, also UnknownFacts.
    """
    __tracebackhide__ = True
    known = file.stat()
    log = _read(file, known.st_mtime_ns, known.st_size)
    if strict and log.unknown:
        first = next(fact for fact in log.facts if isinstance(fact.event, Unknown))
        told = ", ".join(f"{tag} ({times})" for tag, times in sorted(log.unknown.items()))
        raise UnknownFacts(f"{file.name}, line {first.position}: types that this version does not know: {told}")
    return log


@lru_cache(maxsize=16)
def _read(file: Path, _changed: int, _size: int) -> ReplayedLog:
    """Once for all tests of a session, as long as the file stays as it is."""
    __tracebackhide__ = True
    with file.open("rb") as lines:
        try:
            return ReplayedLog(file.name, list(checked(read_lines(lines), Chains(place="line", partial=True))))
        except NotReplayable as fault:
            raise NotReplayable(f"{file.name}, {fault}") from fault
