"""What those on the stage hear, encoded once for each mix that differs.

The audience hears the programme: everybody. On the stage each hears all but themselves; so that this needs few mixes,
of those who listen there only the chosen few (selection.py) are heard by the others, in and out by ramps of 10 ms.
They get a mix of their own; all others hear the same, in which they are not. With no more voices than places that is
the programme, less oneself.

Who gets a mix of their own was not in the shared one until now, so both are alike at that moment: limiter and encoder
go on from where the shared ones are, and their decoder notices nothing. On the way back the same, after a second in
which both were alike.
"""

from collections.abc import Container, Mapping
from copy import copy

import msgspec

from .buses import mix_minus, programme
from .frame import SILENCE, Float
from .limiter import Limiter
from .opus import LOWDELAY, Encoder
from .ramp import Ramp
from .selection import OWN_MIXES, Selection

BITRATE = 64_000
"""Of CELT at complexity 5. At 48 it scores 0.2 less than hybrid of complexity 10 does, at 64 as much (PESQ-WB,
tests/bench/test_quality.py), and an encode costs a few microseconds more.
"""


class Heard(msgspec.Struct, frozen=True, gc=False):
    """One tick's packets: for those who have a mix of their own, and for all others; None when there are none."""

    shared: bytes | None
    own: dict[str, bytes]


class Ears:
    """One listener on the stage."""

    def __init__(self, bitrate: int) -> None:
        self.apart = False
        self.limiter = Limiter()
        self.encoder = Encoder(LOWDELAY, bitrate, loss=0)

    def enter(self, shared: "Ears", *, ran: bool) -> None:
        """Have a mix of one's own, from the shared one on; from nothing on, when nobody heard that."""
        self.apart = True
        self.limiter = copy(shared.limiter)
        if ran:
            self.encoder.follow(shared.encoder.state)


class Places(msgspec.Struct, frozen=True):
    """`people`: whose a key is, where that is not a matter of one key alone. `deaf`: who takes no packets, since their
    person listens by another key. `music`: what everybody there hears always, whoever is how loud.
    """

    people: Mapping[str, str] = {}
    deaf: Container[str] = ()
    music: Container[str] = ()

    def same(self, one: str, other: str) -> bool:
        """True when both are of one person."""
        return one == other or (one in self.people and self.people[one] == self.people.get(other))


ALONE = Places()


class StageTick:
    """What a stage's mixes carry from tick to tick."""

    def __init__(self, most: int = OWN_MIXES, bitrate: int = BITRATE) -> None:
        self._most = most
        self._bitrate = bitrate
        self._before: Container[str] = ()
        self._begin()

    def _begin(self) -> None:
        self._selection = Selection(self._most)
        self._shared = Ears(self._bitrate)
        self._ran = False
        self._ears: dict[str, Ears] = {}
        self._picks: dict[str, Ramp] = {}

    def mix(self, heard: Mapping[str, Float], levels: Mapping[str, float], places: Places = ALONE) -> Heard:
        """`heard`: each contribution to the programme under its fader, in order. `levels`: each whose person listens,
        in order, and how loud; who is in `heard` alone (a record, somebody who only sends) is heard by all. When
        nobody listens all begins anew.
        """
        before, self._before = self._before, set(heard)
        if not levels:
            self._begin()
            return Heard(None, {})
        self._ears = {key: self._ears.get(key) or Ears(self._bitrate) for key in levels if key not in places.deaf}
        rivals = {key: level for key, level in levels.items() if key not in places.music}
        self._picks = {key: self._picks.get(key) or Ramp(gain=float(key in before)) for key in rivals}
        self._selection.update({key: level if key in heard else None for key, level in rivals.items()})
        staged = {key: self._under(key, heard) if key in rivals else heard.get(key) for key in levels}
        parts = [staged[key] if key in levels else frame for key, frame in heard.items()]
        total = programme([part for part in parts if part is not None])
        audible = [key for key in levels if self._selection.chosen(key) or staged[key] is not None]
        self._part({key: any(places.same(key, each) for each in audible) for key in self._ears})
        sound = self._shared.limiter.limit(total)
        self._ran = not all(ears.apart for ears in self._ears.values())

        def mine(key: str) -> list[Float]:
            return [part for each, part in staged.items() if part is not None and places.same(key, each)]

        return Heard(
            self._shared.encoder.encode(sound) if self._ran else None,
            {key: _own(ears, total, mine(key)) for key, ears in self._ears.items() if ears.apart},
        )

    def _under(self, key: str, heard: Mapping[str, Float]) -> Float | None:
        frame = heard.get(key)
        under = self._picks[key].apply(SILENCE if frame is None else frame, float(self._selection.chosen(key)))
        return None if frame is None else under

    def _part(self, apart: Mapping[str, bool]) -> None:
        """Take over states where somebody comes or goes."""
        taken = self._ran
        for key, ears in self._ears.items():
            if apart[key] and not ears.apart:
                ears.enter(self._shared, ran=self._ran)
            elif ears.apart and not apart[key]:
                ears.apart = False
                if not taken:
                    self._shared.encoder.follow(ears.encoder.state)
                    taken = True


def _own(ears: Ears, total: Float, own: list[Float]) -> bytes:
    for part in own:
        total = mix_minus(total, part)
    return ears.encoder.encode(ears.limiter.limit(total))
