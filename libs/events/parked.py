"""A fact that a projection could not apply, and where copies of such facts go."""

from datetime import datetime
from typing import Protocol

import msgspec

from .envelope import Recorded, stored
from .ids import Position
from .subjects import parse_name
from .vocabulary import AnyEvent


class Parked(msgspec.Struct, frozen=True, kw_only=True):
    """One fact that a projection passed over, and why. `stream` is the log's identity, `position` the place in it."""

    projection: str
    stream: str
    position: Position
    scope: str
    subject: str
    type: str
    reason: str
    at: datetime
    line: bytes

    @property
    def fact(self) -> Recorded[AnyEvent]:
        """The fact as this program reads it, which may be a better one than the program that parked it."""
        return stored(self.line, self.position, parse_name(self.type.partition(".")[0], self.subject))


class Parking(Protocol):
    """The stream of parked messages."""

    async def tell(self, parked: Parked) -> None:
        """Have a copy there, durable; again replaces it. Raises LogUnavailable."""
