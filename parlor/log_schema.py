"""The files that are made from the classes of facts: schemas, and the page about them."""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from libs.events.breaking import Schema, breaking
from libs.events.catalogue import document
from libs.events.log import LogTrouble
from libs.events.schema import dumps, schemas
from parlor.log_asyncapi import dump

REPOSITORY = Path(__file__).parents[1]


class WouldBreakReaders(LogTrouble):
    """Lines that exist could no longer be read, or not as they were meant: give the new meaning a new tag."""


def committed(owner: str, root: Path = REPOSITORY) -> dict[str, Schema]:
    """The facts of one owner as they were last committed."""
    file = schema_file(owner, root)
    return msgspec.json.decode(file.read_bytes(), type=dict[str, Schema]) if file.exists() else {}


def schema_file(owner: str, root: Path = REPOSITORY) -> Path:
    """Where one owner's schemas lie."""
    return root / "libs" / "events" / "schemas" / f"{owner}.json"


def made(root: Path = REPOSITORY) -> dict[Path, bytes]:
    """Every file as it should be."""
    files = {schema_file(owner, root): content for owner, content in dumps().items()}
    return files | {root / "docs" / "events.md": document().encode(), root / "docs" / "asyncapi.json": dump()}


def renew(root: Path = REPOSITORY) -> Iterator[str]:
    """Write what has changed, and say so. Raises WouldBreakReaders before anything is written."""
    files = made(root)
    faults = [fault for owner in dumps() for fault in breaking(committed(owner, root), schemas(owner))]
    if faults:
        raise WouldBreakReaders(f"nothing written, readers would break: {'; '.join(faults)}")
    for file, content in files.items():
        if not file.exists() or file.read_bytes() != content:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
            yield f"{file.relative_to(root)} renewed"
