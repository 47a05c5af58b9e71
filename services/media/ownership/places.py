"""At which sample a room's new owner begins. Pure."""

from libs.events.air import SEGMENT, TICK
from libs.events.ids import Samples


def begin(age: Samples, stored: Samples, left: Samples | None, epoch: int) -> Samples:
    """The first sample of an epoch. `age` is what media time should be now, `stored` where the last stored segment
    ends, `left` where the sound of the owner before ended, when it said so.

    A room's first epoch begins now. So does one after an owner that gave the room back, unless that owner made sound in
    the same cell of the grid. After one that ended without a word nobody knows how far it came: the next whole cell.
    """
    now = _up(max(age, stored, left or 0), TICK)
    known = stored if left is None else max(stored, left)
    if epoch == 1 or (left is not None and known <= now - now % SEGMENT):
        return now
    return _up(now, SEGMENT)


def _up(mediatime: int, grid: int) -> Samples:
    return Samples(-(-mediatime // grid) * grid)
