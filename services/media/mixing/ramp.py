"""Nothing on a bus begins or ends with a step: a step is a click."""

import numpy as np

from .frame import TICK, Float

CLICKLESS = 480
"""Samples of a mute, an unmute, an entry or an exit: 10 ms."""

_COUNT = np.arange(1, TICK + 1, dtype=np.float32)


class Ramp:
    """A gain that moves linearly, `rise` samples from 0 to 1 and `fall` samples back, and rests there."""

    def __init__(self, rise: int = CLICKLESS, fall: int = CLICKLESS, gain: float = 0.0) -> None:
        self.pace(rise, fall)
        self._gain = np.float32(gain)

    def pace(self, rise: int, fall: int) -> None:
        """Move so fast from now on, from where it is."""
        self._rise = np.float32(1.0 / rise)
        self._fall = np.float32(-1.0 / fall)

    @property
    def gain(self) -> float:
        """Where it is after the last frame."""
        return float(self._gain)

    def apply(self, frame: Float, target: float) -> Float | None:
        """The frame under the gain on its way to `target`; None when all of it is silent; may be the frame itself."""
        gain, aim = self._gain, np.float32(target)
        if gain == aim:
            if aim == 0.0:
                return None
            return frame if aim == 1.0 else frame * aim
        line: Float = np.clip(
            gain + _COUNT * (self._rise if aim > gain else self._fall), min(gain, aim), max(gain, aim)
        )
        self._gain = line[-1]
        under: Float = frame * line
        return under
