"""One room, one tick: decoded frames in, the programme out. The oracle that the compiled tick must equal bit by bit.

The order of operations is fixed: each input under its ramp, in the order of the inputs; the sum from the first to the
last; the gain toward the room's loudness; the limiter; one quantisation. A stereo room has two sums under one gain and
one limiter; those on its stage hear the middle, as it was before that.
"""

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np

from .aim import Aim
from .bus import Bus
from .buses import middle, programme
from .duck import HOLD, Bed
from .frame import SILENCE, TICK, Float, Pcm
from .lane import Lane, Ways
from .level import ENTER, FLOOR, dbfs
from .limiter import Limiter
from .pan import Pan
from .quantise import quantise
from .ramp import CLICKLESS, Ramp
from .sound import Sound
from .stage import Aside


class Input(msgspec.Struct, frozen=True, gc=False):
    """One contribution to one tick. `frame` is None when there is nothing to hear; `gain` is where its fader stands,
    0 for muted; `fade` is the samples that a move of the fader from one end to the other takes; `pan` is where one
    channel is heard in a room of two, from -1 (left) to 1 (right); `level`, in dBFS, is how loud it is before its
    fader. The gain of a voice has that of agc.py in it. `bus` is where it goes behind its fader.
    """

    key: str
    frame: Float | None
    gain: float = 1.0
    fade: int = CLICKLESS
    pan: float = 0.0
    sound: Sound = Sound.PLAIN
    level: float = FLOOR
    bus: Bus = Bus.AIR

    @property
    def talks(self) -> bool:
        """True while this is what beds go down under."""
        speech = self.sound in {Sound.PLAIN, Sound.VOICE} and self.bus is Bus.AIR
        return speech and self.frame is not None and self.gain > 0.0 and self.level > ENTER


class Mixed(msgspec.Struct, frozen=True, gc=False):
    """`pcm` is what every listener gets, 960 by 2 when it is stereo; `level` is its dBFS; `open` has each contribution
    that is heard in it, as one channel; `aside` what is heard beside it.
    """

    pcm: Pcm
    level: float
    open: dict[str, Float]
    aside: Aside


class RoomTick:
    """What a room's mix carries from tick to tick: where the faders are, and the limiter."""

    def __init__(self, *, stereo: bool = False, aim: Aim | None = None) -> None:
        self._stereo = stereo
        self._aim = aim
        self._talk = 0
        self._beds: dict[str, Bed] = {}
        self._faders: dict[str, Ramp] = {}
        self._pans: dict[str, Pan] = {}
        self._lanes: dict[str, Lane] = {}
        self._limiter = Limiter(2 if stereo else 1)

    def mix(self, inputs: Sequence[Input]) -> Mixed:
        """Make the next 960 samples. An input that is not named any more has its fader at 0 when it comes back."""
        present = {one.key for one in inputs}
        self._faders = {key: fader for key, fader in self._faders.items() if key in present}
        self._pans = {key: pan for key, pan in self._pans.items() if key in present}
        self._lanes = {one.key: self._lanes.get(one.key) or Lane() for one in inputs}
        self._beds = {one.key: self._beds.get(one.key) or Bed() for one in inputs if one.sound is Sound.BED}
        self._talk = HOLD if any(one.talks for one in inputs) else max(0, self._talk - 1)
        ways = {one.key: self._part(one) for one in inputs}
        on_air = [(one, ways[one.key].air) for one in inputs]
        total = self._loud(self._sum([self._spread(one, air) for one, air in on_air if air is not None]))
        level = dbfs(total)
        heard = {one.key: middle(air) for one, air in on_air if air is not None}
        return Mixed(np.ascontiguousarray(quantise(total).T), level, heard, _aside(inputs, ways))

    def _part(self, one: Input) -> Ways:
        lane = self._lanes[one.key]
        lane.assign(one.bus, silent=self.fader(one.key) == 0.0)
        return lane.part(self._fade(one))

    def _loud(self, total: Float) -> Float:
        if self._aim is None:
            return self._limiter.limit(total)
        out = self._limiter.limit(self._aim.apply(total))
        self._aim.hear(out)
        return out

    def _fade(self, one: Input) -> Float | None:
        fader = self._faders.get(one.key)
        if fader is None:
            fader = self._faders[one.key] = Ramp()
        fader.pace(one.fade, one.fade)
        gain, bed = one.gain, self._beds.get(one.key)
        if bed is not None:
            gain = bed.aimed(fader, one.gain, one.fade, talk=self._talk > 0)
        if one.frame is None:
            fader.apply(SILENCE, gain)
            return None
        return fader.apply(one.frame if self._stereo else middle(one.frame), gain)

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


def _aside(inputs: Sequence[Input], ways: Mapping[str, Ways]) -> Aside:
    return Aside(
        {key: each.aside for key, each in ways.items() if each.aside is not None},
        {key: each.told for key, each in ways.items() if each.told is not None},
        {one.key: middle(one.frame) for one in inputs if one.frame is not None},
        [one.key for one in inputs],
    )
