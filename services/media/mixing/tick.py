"""One room, one tick: decoded frames in, the programme out. The oracle that the compiled tick must equal bit by bit.

The order of operations is fixed: each input under its ramp, in the order of the inputs; the sum from the first to the
last; the limiter; one quantisation. A stereo room has two sums under one limiter; those on its stage hear the middle.
"""

from collections.abc import Sequence

import msgspec
import numpy as np

from .buses import middle, programme
from .frame import SILENCE, TICK, Float, Pcm
from .level import dbfs
from .limiter import Limiter
from .pan import Pan
from .quantise import quantise
from .ramp import CLICKLESS, Ramp


class Input(msgspec.Struct, frozen=True, gc=False):
    """One contribution to one tick. `frame` is None when there is nothing to hear; `gain` is where its fader stands,
    0 for muted; `fade` is the samples that a move of the fader from one end to the other takes; `pan` is where one
    channel is heard in a room of two, from -1 (left) to 1 (right).
    """

    key: str
    frame: Float | None
    gain: float = 1.0
    fade: int = CLICKLESS
    pan: float = 0.0


class Mixed(msgspec.Struct, frozen=True, gc=False):
    """`pcm` is what every listener gets, 960 by 2 when it is stereo; `level` is its dBFS; `open` has each contribution
    that is heard in it, as one channel.
    """

    pcm: Pcm
    level: float
    open: dict[str, Float]


class RoomTick:
    """What a room's mix carries from tick to tick: where the faders are, and the limiter."""

    def __init__(self, *, stereo: bool = False) -> None:
        self._stereo = stereo
        self._faders: dict[str, Ramp] = {}
        self._pans: dict[str, Pan] = {}
        self._limiter = Limiter(2 if stereo else 1)

    def mix(self, inputs: Sequence[Input]) -> Mixed:
        """Make the next 960 samples. An input that is not named any more has its fader at 0 when it comes back."""
        present = {one.key for one in inputs}
        self._faders = {key: fader for key, fader in self._faders.items() if key in present}
        self._pans = {key: pan for key, pan in self._pans.items() if key in present}
        heard: dict[str, Float] = {}
        wide: list[Float] = []
        for one in inputs:
            under = self._fade(one)
            if under is not None:
                heard[one.key] = middle(under)
                wide.append(self._spread(one, under))
        total = self._limiter.limit(self._sum(wide))
        level = dbfs(total)
        return Mixed(np.ascontiguousarray(quantise(total).T), level, heard)

    def _fade(self, one: Input) -> Float | None:
        fader = self._faders.get(one.key)
        if fader is None:
            fader = self._faders[one.key] = Ramp()
        fader.pace(one.fade, one.fade)
        if one.frame is None:
            fader.apply(SILENCE, one.gain)
            return None
        return fader.apply(one.frame if self._stereo else middle(one.frame), one.gain)

    def _spread(self, one: Input, under: Float) -> Float:
        if not self._stereo or under.ndim == 2:
            return under
        pan = self._pans.get(one.key)
        if pan is None:
            pan = self._pans[one.key] = Pan()
        return pan.apply(under, one.pan)

    def _sum(self, wide: list[Float]) -> Float:
        if not wide and self._stereo:
            return np.zeros((2, TICK), np.float32)
        return programme(wide)

    def fader(self, key: str) -> float:
        """Where an input's fader is; 0 when there is none."""
        fader = self._faders.get(key)
        return 0.0 if fader is None else fader.gain
