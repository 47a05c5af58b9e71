"""Read your writes: a reader names a position and waits until this service's own fold has seen it."""

import asyncio

from libs.events.ids import START, Milliseconds, Position
from libs.events.refusal import NotYetCaughtUp

PATIENCE = Milliseconds(500)


class CaughtUp:
    """How far one fold has come. Whoever folds calls `reached`; whoever answers calls `wait`."""

    def __init__(self) -> None:
        self.position = START
        self._moved = asyncio.Event()

    def reached(self, position: Position) -> None:
        """Everything up to `position` is folded. Positions only grow; an older one changes nothing."""
        if position > self.position:
            self.position = position
            self._moved.set()
            self._moved = asyncio.Event()

    async def wait(self, position: Position, patience: Milliseconds = PATIENCE) -> None:
        """Return as soon as `position` is folded. Raises NotYetCaughtUp when that takes longer than `patience`."""
        try:
            async with asyncio.timeout(patience / 1000):
                while self.position < position:
                    await self._moved.wait()
        except TimeoutError as late:
            detail = f"this reader is at {self.position}, {position} was asked for; ask again in a moment"
            raise NotYetCaughtUp(detail) from late
