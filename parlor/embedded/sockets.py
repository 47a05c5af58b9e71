"""Where unix sockets go: a path of at most 107 bytes (sun_path in unix(7)), whatever the state folder is called."""

import hashlib
import os
import tempfile
from pathlib import Path

LONGEST = 107
MACOS_LONGEST = 103
NAME = ".s.PGSQL.5432"


def socket_folder(state: Path) -> Path:
    """A folder beside the state, or a short private one that is the same at every start when that would be too long."""
    near = state.absolute() / "socket"
    if len(os.fsencode(near / NAME)) <= min(LONGEST, MACOS_LONGEST):
        return near
    digest = hashlib.sha256(os.fsencode(state.absolute())).hexdigest()[:12]
    root = Path(os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir())
    if len(os.fsencode(root)) > LONGEST - 50 or not os.access(root, os.W_OK):
        root = Path("/tmp")  # noqa: S108  (made 0700 below, refused when it is somebody else's)
    folder = root / f"parlor-{os.geteuid()}-{digest}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid not in (os.geteuid(), 65534 if os.geteuid() == 0 else os.geteuid()):
        raise PermissionError(f"{folder} belongs to somebody else")
    return folder
