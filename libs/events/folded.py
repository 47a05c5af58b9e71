"""One aggregate, folded: what a ledger holds in memory, and what a snapshot is of."""

from typing import Generic, TypeVar

import msgspec

from .command import Accepted
from .ids import START, Position, Samples

S = TypeVar("S")


class Head(msgspec.Struct, frozen=True):
    """Where an aggregate's chain ends. `mediatime` is that of the room `roomid`: another room has another clock."""

    revision: int = 0
    position: Position = START
    digest: str | None = None
    mediatime: Samples | None = None
    roomid: str | None = None


class Folded(msgspec.Struct, Generic[S], frozen=True):
    """One aggregate as of its head. `answered` maps each command, and who gave it, to what it led to.

    The fact at the head comes after `since`: whoever reads from there sees it again, and by its digest whether this is
    still the same chain. `kept` is the revision of the last snapshot, 0 if there is none.
    """

    state: S
    head: Head
    answered: dict[tuple[str, str | None], Accepted]
    since: Position = START
    kept: int = 0
