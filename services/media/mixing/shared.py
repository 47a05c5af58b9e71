"""One mix that several people hear, encoded once, and those who have one of their own instead.

Who gets a mix of their own was not in the shared one until now, so both are alike at that moment: limiter and encoder
go on from where the shared ones are, and their decoder notices nothing. On the way back the same, after a second in
which both were alike. Who turns to something else to hear has the old mix alone while it fades, within 10 ms, and the
new one alone while it comes.
"""

from collections.abc import Container, Mapping
from copy import copy

import msgspec

from .bus import Ear
from .frame import SILENCE, Float
from .limiter import Limiter
from .opus import LOWDELAY, Encoder
from .ramp import Ramp
from .selection import LEAVE_TICKS


class Hears(msgspec.Struct, frozen=True):
    """What somebody hears; `of` is the one source of SOLO."""

    ear: Ear = Ear.AIR
    of: str = ""

    def among(self, there: Container[str]) -> "Hears":
        """The same while that source is there, else nothing."""
        return self if self.of in there else Hears(self.ear)


class Ears:
    """One listener."""

    def __init__(self, bitrate: int) -> None:
        self.apart = False
        self.limiter = Limiter()
        self.encoder = Encoder(LOWDELAY, bitrate, loss=0)
        self.hears = Hears()
        self.lone = 0
        self._wish = Hears()
        self._turn = Ramp(gain=1.0)

    def turn(self, wish: Hears, there: Container[str]) -> None:
        """Before a tick: hear this, once what was heard before is gone."""
        self._wish, self.hears = wish.among(there), self.hears.among(there)
        if self._turn.gain == 0.0:
            self.hears = self._wish

    @property
    def turning(self) -> bool:
        """True while what it hears is not all there."""
        return self.hears != self._wish or self._turn.gain != 1.0

    def spoke(self, spoke: bool) -> bool:  # noqa: FBT001  # one fact about this tick
        """True until a second after its person was last heard."""
        self.lone = LEAVE_TICKS if spoke else max(0, self.lone - 1)
        return self.lone > 0

    def enter(self, shared: "Shared") -> None:
        """Have a mix of one's own, from the shared one on; from nothing on, when nobody heard that."""
        self.apart = True
        self.limiter = copy(shared.limiter)
        if shared.ran:
            self.encoder.follow(shared.encoder.state)

    def packet(self, line: Float) -> bytes:
        """A mix of one's own."""
        if self.turning:
            under = self._turn.apply(line, float(self.hears == self._wish))
            line = SILENCE if under is None else under
        return self.encoder.encode(self.limiter.limit(line))


class Shared:
    """`ran`: somebody heard it in the tick before."""

    def __init__(self, bitrate: int) -> None:
        self.limiter = Limiter()
        self.encoder = Encoder(LOWDELAY, bitrate, loss=0)
        self.ran = False

    def part(self, all_ears: Mapping[str, Ears], apart: Mapping[str, bool]) -> None:
        """Take over states where somebody comes or goes."""
        taken = self.ran
        for key, ears in all_ears.items():
            if apart[key] and not ears.apart:
                ears.enter(self)
            elif ears.apart and not apart[key]:
                ears.apart = False
                if not taken:
                    self.encoder.follow(ears.encoder.state)
                    taken = True

    def packet(self, total: Float, all_ears: Mapping[str, Ears]) -> bytes | None:
        """What all who are not apart hear."""
        sound = self.limiter.limit(total)
        self.ran = not all(ears.apart for ears in all_ears.values())
        return self.encoder.encode(sound) if self.ran else None
