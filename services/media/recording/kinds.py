"""What may be kept of a room, and what is said when the disk does not take it."""

from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """Stems with the programme, for the archive; the last two minutes, for evidence."""

    STEMS = "stems"
    EVIDENCE = "evidence"


class Fault(NamedTuple):
    """The disk does not take what should be kept of a room; nothing more of this kind is written."""

    room: str
    kind: Kind
    why: str
