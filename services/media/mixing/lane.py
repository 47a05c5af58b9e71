"""The way of one source behind its fader: to the programme, or past it. It changes over within 10 ms.

A source that is not heard yet is at once where it should be: one that begins in the green room begins nowhere else.
"""

from typing import NamedTuple

from .bus import Bus
from .buses import middle
from .frame import SILENCE, Float
from .ramp import Ramp


class Ways(NamedTuple):
    """What of a source is on the programme; heard `aside` of it, by the green room; and `told` to the stage."""

    air: Float | None = None
    aside: Float | None = None
    told: Float | None = None


class Lane:
    """One source's. It begins on AIR."""

    def __init__(self) -> None:
        self._bus = Bus.AIR
        self._air, self._aside, self._told = Ramp(gain=1.0), Ramp(), Ramp()

    def assign(self, bus: Bus, *, silent: bool) -> None:
        """Go there with the next frame; `silent`: its fader is down, so that nothing changes over."""
        if bus is not self._bus and silent:
            self._air, self._aside, self._told = (Ramp(gain=gain) for gain in _gains(bus))
        self._bus = bus

    def part(self, under: Float | None) -> Ways:
        """What becomes of the next frame under its fader."""
        if self._bus is Bus.AIR and self._air.gain == 1.0:
            return Ways(under)
        sound = SILENCE if under is None else under
        air, aside, told = _gains(self._bus)
        one = middle(sound)
        ways = Ways(self._air.apply(sound, air), self._aside.apply(one, aside), self._told.apply(one, told))
        return Ways() if under is None else ways


def _gains(bus: Bus) -> tuple[float, float, float]:
    return float(bus is Bus.AIR), float(bus is not Bus.AIR), float(bus is Bus.TALKBACK)
