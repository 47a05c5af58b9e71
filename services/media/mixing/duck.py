"""Beds go down while somebody talks, 12 dB within 100 ms, and come back within a second, half a second after the last
word. The fader of a bed is what moves.
"""

from .ramp import Ramp

DOWN = 0.25
"""-12 dB."""

HOLD = 25
"""Ticks."""

SINKS, RISES = 6_400, 64_000
"""Samples from one end of the fader to the other, of which a bed goes three quarters."""


class Bed:
    """One bed's way down and up."""

    def __init__(self) -> None:
        self._sunk = False

    def aimed(self, fader: Ramp, gain: float, fade: int, *, talk: bool) -> float:
        """Where the fader should be now; it is told how fast it goes there: by `fade` when nothing was talked over."""
        target = gain * DOWN if talk else gain
        self._sunk = self._sunk or talk
        fader.pace(RISES if self._sunk else fade, SINKS if self._sunk else fade)
        if not talk and fader.gain == target:
            self._sunk = False
        return target
