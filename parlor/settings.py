"""What every command needs to know before anything runs: where the state is kept."""

import os
from collections.abc import Mapping
from pathlib import Path


def state_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """`PARLOR_STATE`, else `.parlor` where the command is typed."""
    return Path(environ.get("PARLOR_STATE") or ".parlor").absolute()
