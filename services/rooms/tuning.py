"""How loud a programme may be made, and for how many of its stage a mix of their own."""

from libs.events.ids import Lufs
from services.rooms.errors import LoudnessUnusable, OwnMixesUnusable

SOFTEST, LOUDEST = Lufs(-30), Lufs(-10)
MOST_OWN_MIXES = 50


def require_tunable(loudness: Lufs | None, own_mixes: int | None) -> None:
    """Refuse what nobody should hear, and what no stage needs."""
    if loudness is not None and not SOFTEST <= loudness <= LOUDEST:
        raise LoudnessUnusable(f"a programme has {SOFTEST} to {LOUDEST} LUFS, not {loudness}")
    if own_mixes is not None and not 1 <= own_mixes <= MOST_OWN_MIXES:
        raise OwnMixesUnusable(f"1 to {MOST_OWN_MIXES} have a mix of their own, not {own_mixes}")
