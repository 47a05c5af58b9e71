"""A stem on its way to the disk: its pages, and the lines beside them."""

from pathlib import Path

from services.media.recording.packets import Packet
from services.media.recording.shelf import Growing, free_name
from services.media.recording.stem import About, Stem

STEM = ".opus"
LINES = ".opus.lines"


class Archive:
    """In `folder`, under the name of the source and the epoch. Everything but `put` raises OSError."""

    def __init__(self, folder: Path, about: About) -> None:
        path = free_name(folder, f"{about.source}-{about.epoch}", STEM)
        self._pages, self._lines = Growing(path), Growing(path.with_suffix(LINES))
        self._stem = Stem(about)

    def put(self, packet: Packet) -> None:
        """Add one packet, written with the next `flush`."""
        self._stem.add(packet)

    def flush(self) -> None:
        """Give all that there is to the operating system, which keeps it whatever becomes of us."""
        self._write(*self._stem.take())

    def sync(self) -> None:
        """Have the disk keep it, too."""
        self._pages.sync()
        self._lines.sync()

    def close(self, at: int) -> None:
        """Fill it up to media time `at`; it is whole then."""
        try:
            self._write(*self._stem.close(at))
            self.sync()
        finally:
            self._pages.close()
            self._lines.close()

    def _write(self, pages: bytes, lines: bytes) -> None:
        self._pages.append(pages)
        self._lines.append(lines)
