"""Files that grow while a show is on, each append a system call: what was written outlives our own death."""

import os
from pathlib import Path


class Growing:
    """One file, made with its first bytes. Everything raises OSError when the disk says no."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: int | None = None
        self._dirty = False

    def append(self, data: bytes) -> None:
        """Write behind what is there, all of it."""
        if not data:
            return
        if self._file is None:
            private_folder(self._path.parent)
            self._file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        left = memoryview(data)
        while left:
            left = left[os.write(self._file, left) :]
        self._dirty = True

    def sync(self) -> None:
        """Have the disk keep it, too."""
        if self._file is not None and self._dirty:
            os.fdatasync(self._file)
            self._dirty = False

    def close(self) -> None:
        """Write no more; what is there stays."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


def private_folder(folder: Path) -> None:
    """Make it, and what is missing above it, for its owner alone."""
    if not folder.parent.exists():
        private_folder(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)


def sync_folder(folder: Path) -> None:
    """Have the disk keep the names in it."""
    file = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(file)
    finally:
        os.close(file)


def free_name(folder: Path, name: str, suffix: str) -> Path:
    """A path that nobody has yet: `name`, or `name.2` and on."""
    tried = folder / f"{name}{suffix}"
    number = 1
    while tried.exists():
        number += 1
        tried = folder / f"{name}.{number}{suffix}"
    return tried
