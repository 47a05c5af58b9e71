"""One mix that several people hear, encoded once, and those who have one of their own instead.

Who gets a mix of their own was not in the shared one until now, so both are alike at that moment: limiter and encoder
go on from where the shared ones are, and their decoder notices nothing. On the way back the same, after a second in
which both were alike. Who turns to something else to hear has the old mix alone while it fades, within 10 ms, and the
new one alone while it comes.

CELT is cheap, and says nothing twice. Who loses packets gets others, in which each repeats what was in the one before
it, as speech of fewer bits; all of them who hear the same share one such encode.
"""

from collections.abc import Container, Mapping
from copy import copy
from typing import NamedTuple

import msgspec

from .bus import Ear
from .frame import SILENCE, Float
from .limiter import Limiter
from .opus import LOWDELAY, VOIP, Encoder
from .ramp import Ramp
from .selection import LEAVE_TICKS


class Hears(msgspec.Struct, frozen=True):
    """What somebody hears; `of` is the one source of SOLO."""

    ear: Ear = Ear.AIR
    of: str = ""

    def among(self, there: Container[str]) -> "Hears":
        """The same while that source is there, else nothing."""
        return self if self.of in there else Hears(self.ear)


class Coder:
    """An encoder for who loses `loss` percent of its packets."""

    def __init__(self, bitrate: int) -> None:
        self.loss = 0
        self.encoder = Encoder(LOWDELAY, bitrate, loss=0)
        self._bitrate = bitrate

    def ready(self, loss: int) -> None:
        """From now on it is so many percent; between some and none it begins anew."""
        if (loss > 0) != (self.loss > 0):
            self.encoder = Encoder(VOIP if loss > 0 else LOWDELAY, self._bitrate, loss=loss)
        elif loss != self.loss:
            self.encoder.expect(loss)
        self.loss = loss

    def follow(self, other: "Coder") -> None:
        """Go on where another one is."""
        self.ready(other.loss)
        self.encoder.follow(other.encoder.state)

    def encode(self, sound: Float, loss: int) -> bytes:
        """20 ms."""
        self.ready(loss)
        return self.encoder.encode(sound)


class Ears:
    """One listener; `loss`: how many percent of what is sent to it get lost."""

    def __init__(self, bitrate: int) -> None:
        self.apart = False
        self.loss = 0
        self.limiter = Limiter()
        self.coder = Coder(bitrate)
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
        if shared.ran[self.loss > 0]:
            self.coder.follow(shared.coders[self.loss > 0])

    def packet(self, line: Float) -> bytes:
        """A mix of one's own."""
        if self.turning:
            under = self._turn.apply(line, float(self.hears == self._wish))
            line = SILENCE if under is None else under
        return self.coder.encode(self.limiter.limit(line), self.loss)


class Packets(NamedTuple):
    """One tick of what several hear: for those who get all that is sent, and for those who lose packets; None where
    there is nobody.
    """

    plain: bytes | None = None
    lossy: bytes | None = None


class Shared:
    """Two encodes, the second for those who lose packets. `ran`: somebody heard it in the tick before."""

    def __init__(self, bitrate: int) -> None:
        self.limiter = Limiter()
        self.coders = Coder(bitrate), Coder(bitrate)
        self.ran = [False, False]

    def part(self, all_ears: Mapping[str, Ears], apart: Mapping[str, bool]) -> None:
        """Take over states where somebody comes or goes."""
        taken = list(self.ran)
        for key, ears in all_ears.items():
            lossy = ears.loss > 0
            if apart[key] and not ears.apart:
                ears.enter(self)
            elif ears.apart and not apart[key]:
                ears.apart = False
                if not taken[lossy] and (ears.coder.loss > 0) == lossy:
                    self.coders[lossy].follow(ears.coder)
                    taken[lossy] = True

    def packets(self, total: Float, all_ears: Mapping[str, Ears]) -> Packets:
        """What all who are not apart hear; for those who lose, as for the one who loses most."""
        sound = self.limiter.limit(total)
        shares = [ears.loss for ears in all_ears.values() if not ears.apart]
        self.ran = [0 in shares, any(shares)]
        return Packets(
            self.coders[False].encode(sound, 0) if self.ran[False] else None,
            self.coders[True].encode(sound, max(shares)) if self.ran[True] else None,
        )
