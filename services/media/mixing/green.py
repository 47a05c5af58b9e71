"""What those hear who do not listen to the programme: the green room without themselves, or one source alone.

Nobody is chosen there, all are heard. Who talks has a mix of their own until a second after the last of it, all others
hear the same.
"""

from collections.abc import Callable, Mapping

from .bus import Ear
from .buses import mix_minus, programme
from .frame import SILENCE, Float
from .shared import Ears, Packets, Shared


class GreenTick:
    """What it carries from tick to tick."""

    def __init__(self, bitrate: int) -> None:
        self._bitrate = bitrate
        self._shared = Shared(bitrate)

    def mix(
        self,
        all_ears: Mapping[str, Ears],
        aside: Mapping[str, Float],
        bare: Mapping[str, Float],
        same: Callable[[str, str], bool],
    ) -> tuple[Packets, dict[str, bytes]]:
        """The packets that most hear, and those of others. `all_ears` are those that hear something else than the
        programme, `aside` what is heard in the green room, `bare` each source before its fader; `same`: two keys are
        of one person.
        """
        solo = {key: ears for key, ears in all_ears.items() if ears.hears.ear is Ear.SOLO}
        own = {key: ears.packet(_alone(key, ears, bare, same)) for key, ears in solo.items()}
        green = {key: ears for key, ears in all_ears.items() if ears.hears.ear is Ear.GREEN}
        if not green:
            self._shared = Shared(self._bitrate)
            return Packets(), own
        total = programme(list(aside.values()))
        mine = {key: [part for each, part in aside.items() if same(key, each)] for key in green}
        apart = {key: ears.spoke(bool(mine[key])) for key, ears in green.items()}
        self._shared.part(green, {key: apart[key] or ears.turning for key, ears in green.items()})
        shared = self._shared.packets(total, green)
        for key, ears in green.items():
            if ears.apart:
                own[key] = ears.packet(_less(total, mine[key]))
        return shared, own


def _alone(key: str, ears: Ears, bare: Mapping[str, Float], same: Callable[[str, str], bool]) -> Float:
    return SILENCE if same(key, ears.hears.of) else bare.get(ears.hears.of, SILENCE)


def _less(total: Float, mine: list[Float]) -> Float:
    for part in mine:
        total = mix_minus(total, part)
    return total
