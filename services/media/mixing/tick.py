"""One room, one tick: decoded frames in, the programme out. The oracle that the compiled tick must equal bit by bit.

The order of operations is fixed: each input under its ramp, in the order of the inputs; the sum from the first to the
last; the limiter; one quantisation.
"""

from collections.abc import Sequence

import msgspec

from .buses import programme
from .frame import SILENCE, Float, Pcm
from .level import dbfs
from .limiter import Limiter
from .quantise import quantise
from .ramp import CLICKLESS, Ramp


class Input(msgspec.Struct, frozen=True, gc=False):
    """One contribution to one tick. `frame` is None when there is nothing to hear; `gain` is where its fader stands,
    0 for muted; `fade` is the samples that a move of the fader from one end to the other takes.
    """

    key: str
    frame: Float | None
    gain: float = 1.0
    fade: int = CLICKLESS


class Mixed(msgspec.Struct, frozen=True, gc=False):
    """`pcm` is what every listener gets; `level` is its dBFS; `open` has each contribution that is heard in it."""

    pcm: Pcm
    level: float
    open: dict[str, Float]


class RoomTick:
    """What a room's mix carries from tick to tick: where the faders are, and the limiter."""

    def __init__(self) -> None:
        self._faders: dict[str, Ramp] = {}
        self._limiter = Limiter()

    def mix(self, inputs: Sequence[Input]) -> Mixed:
        """Make the next 960 samples. An input that is not named any more has its fader at 0 when it comes back."""
        heard: dict[str, Float] = {}
        for one in inputs:
            fader = self._faders.get(one.key)
            if fader is None:
                fader = self._faders[one.key] = Ramp()
            fader.pace(one.fade, one.fade)
            under = fader.apply(one.frame if one.frame is not None else SILENCE, one.gain)
            if under is not None and one.frame is not None:
                heard[one.key] = under
        if len(self._faders) > len(inputs):
            present = {one.key for one in inputs}
            self._faders = {key: fader for key, fader in self._faders.items() if key in present}
        total = self._limiter.limit(programme(list(heard.values())))
        level = dbfs(total)
        return Mixed(quantise(total), level, heard)

    def fader(self, key: str) -> float:
        """Where an input's fader is; 0 when there is none."""
        fader = self._faders.get(key)
        return 0.0 if fader is None else fader.gain
