"""What those on the stage hear, encoded once for each mix that differs.

The audience hears the programme: everybody. On the stage each hears all but themselves; so that this needs few mixes,
of those who listen there only the chosen few (selection.py) are heard by the others, in and out by ramps of 10 ms.
They get a mix of their own; all others hear the same, in which they are not. With no more voices than places that is
the programme, less oneself.

Talkback is heard by all of them but who says it, who has a mix of their own until a second after.
"""

from collections.abc import Container, Iterator, Mapping, Sequence

import msgspec

from .bus import Ear
from .buses import mix_minus, programme
from .frame import SILENCE, Float
from .green import GreenTick
from .ramp import Ramp
from .selection import OWN_MIXES, Selection
from .shared import Ears, Hears, Packets, Shared

BITRATE = 64_000
"""Of CELT at complexity 5. At 48 it scores 0.2 less than hybrid of complexity 10 does, at 64 as much (PESQ-WB,
tests/bench/test_quality.py), and an encode costs a few microseconds more.
"""


NOBODY = Packets()


class Heard(msgspec.Struct, frozen=True, gc=False):
    """One tick's packets: for those who have a mix of their own, for all others on the stage, and for all others in the
    green room.
    """

    shared: Packets
    own: dict[str, bytes]
    green: Packets = NOBODY


class Aside(msgspec.Struct, frozen=True, gc=False):
    """What one tick has beside the programme: what the green room hears, what the stage is `told`, each source before
    its fader, as one channel, and the keys of all sources in their order.
    """

    green: Mapping[str, Float] = {}
    told: Mapping[str, Float] = {}
    bare: Mapping[str, Float] = {}
    order: Sequence[str] = ()


class Places(msgspec.Struct, frozen=True):
    """`people`: whose a key is, where that is not a matter of one key alone. `deaf`: who takes no packets, since their
    person listens by another key. `music`: what everybody there hears always, whoever is how loud. `hears`: what those
    hear who do not hear the programme. `loss`: who loses packets, in percent.
    """

    people: Mapping[str, str] = {}
    deaf: Container[str] = ()
    music: Container[str] = ()
    hears: Mapping[str, Hears] = {}
    loss: Mapping[str, int] = {}

    def same(self, one: str, other: str) -> bool:
        """True when both are of one person."""
        return one == other or (one in self.people and self.people[one] == self.people.get(other))


ALONE, NOTHING = Places(), Aside()


class StageTick:
    """What a stage's mixes carry from tick to tick."""

    def __init__(self, most: int = OWN_MIXES, bitrate: int = BITRATE) -> None:
        self._most = most
        self._bitrate = bitrate
        self._before: Container[str] = ()
        self._begin()

    def _begin(self) -> None:
        self._selection = Selection(self._most)
        self._shared = Shared(self._bitrate)
        self._green = GreenTick(self._bitrate)
        self._ears: dict[str, Ears] = {}
        self._picks: dict[str, Ramp] = {}

    def mix(
        self,
        heard: Mapping[str, Float],
        levels: Mapping[str, float],
        places: Places = ALONE,
        beside: Aside = NOTHING,
    ) -> Heard:
        """`heard`: each contribution to the programme under its fader, in order. `levels`: each whose person listens,
        in order, and how loud; who is in `heard` alone (a record, somebody who only sends) is heard by all. When
        nobody listens all begins anew.
        """
        before, self._before = self._before, set(heard)
        if not levels:
            self._begin()
            return Heard(NOBODY, {})
        self._listen(levels, places, beside)
        rivals = {key: level for key, level in levels.items() if key not in places.music}
        self._picks = {key: self._picks.get(key) or Ramp(gain=float(key in before)) for key in rivals}
        self._selection.update({key: level if key in heard else None for key, level in rivals.items()})
        staged = {key: self._under(key, heard) if key in rivals else heard.get(key) for key in levels}
        here = {key: ears for key, ears in self._ears.items() if ears.hears.ear is Ear.AIR}
        total = programme(list(_parts(heard, staged, beside)))
        audible = [key for key in levels if self._selection.chosen(key) or staged[key] is not None]
        self._shared.part(here, {key: _apart(key, ears, audible, places, beside) for key, ears in here.items()})
        shared = self._shared.packets(total, here)
        own = {key: ears.packet(_less(total, key, staged, places, beside)) for key, ears in here.items() if ears.apart}
        others = {key: ears for key, ears in self._ears.items() if key not in here}
        green, theirs = self._green.mix(others, beside.green, beside.bare, places.same)
        return Heard(shared, own | theirs, green)

    def _listen(self, levels: Mapping[str, float], places: Places, beside: Aside) -> None:
        self._ears = {key: self._ears.get(key) or Ears(self._bitrate) for key in levels if key not in places.deaf}
        for key, ears in self._ears.items():
            ears.loss = places.loss.get(key, 0)
            ears.turn(places.hears.get(key, Hears()), beside.order)

    def _under(self, key: str, heard: Mapping[str, Float]) -> Float | None:
        frame = heard.get(key)
        under = self._picks[key].apply(SILENCE if frame is None else frame, float(self._selection.chosen(key)))
        return None if frame is None else under


def _parts(heard: Mapping[str, Float], staged: Mapping[str, Float | None], beside: Aside) -> Iterator[Float]:
    """What the stage hears of each, in order."""
    for key in beside.order or heard:
        for part in (staged[key] if key in staged else heard.get(key), beside.told.get(key)):
            if part is not None:
                yield part


def _apart(key: str, ears: Ears, audible: Sequence[str], places: Places, beside: Aside) -> bool:
    """True when what this one hears is not what all others do."""
    spoke = ears.spoke(any(places.same(key, each) for each in beside.told))
    return spoke or ears.turning or any(places.same(key, each) for each in audible)


def _less(total: Float, key: str, staged: Mapping[str, Float | None], places: Places, beside: Aside) -> Float:
    """The sum without what is of the same person."""
    for parts in (staged, beside.told):
        for each, part in parts.items():
            if part is not None and places.same(key, each):
                total = mix_minus(total, part)
    return total
