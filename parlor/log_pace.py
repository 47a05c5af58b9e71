"""How fast a replay goes: as far apart as it happened, so many times faster, or without waiting."""

import asyncio
from math import inf

from libs.events.ids import Milliseconds


def speed(text: str) -> float:
    """`1` is as it happened, `20` twenty times as fast, `max` without waiting. Raises ValueError."""
    try:
        times = inf if text == "max" else float(text.removesuffix("x"))
    except ValueError:
        times = 0.0
    if not times > 0:
        raise ValueError(f"a speed is a number above 0 (1: as it happened) or max, not {text[:40]!r}")
    return times


class Pace:
    """Waits until a fact is due. One that is due already comes at once: clocks of services differ a little, and a
    broker may be slower than the evening was.
    """

    def __init__(self, speed: float) -> None:
        self._speed = speed
        self._begun: tuple[Milliseconds, float] | None = None

    async def wait(self, at: Milliseconds) -> None:
        """Return when the fact of this wall-clock time is due."""
        now = asyncio.get_running_loop().time()
        first, begun = self._begun = self._begun or (at, now)
        due = begun + (at - first) / 1000 / self._speed
        if due > now:
            await asyncio.sleep(due - now)
