"""What a desk made of one room since somebody last looked."""

from collections import deque

import msgspec

from services.media.engine.told import Meters, Told


class Frame(msgspec.Struct, frozen=True, gc=False):
    """20 ms of a room's programme, int16, interleaved. `level` is in dBFS; `meters`, ten times a second, are those of
    the programme up to here.
    """

    tick: int
    channels: int
    level: float
    pcm: bytes
    meters: Meters | None = None


class Made:
    """Frames in their order, each with what was measured up to it."""

    def __init__(self) -> None:
        self._frames: list[Frame] = []
        self._meters: deque[Told] = deque()

    def put(self, frame: Frame) -> None:
        """One more."""
        self._frames.append(msgspec.structs.replace(frame, meters=self._measured(frame.tick)))

    def measured(self, told: Told) -> None:
        """So loud it is up to that tick; said before `put` has it."""
        self._meters.append(told)

    def take(self) -> list[Frame]:
        """All of them."""
        frames, self._frames = self._frames, []
        return frames

    def clear(self) -> None:
        """None of them, and nothing measured."""
        self._frames = []
        self._meters.clear()

    def _measured(self, tick: int) -> Meters | None:
        """The last word up to a tick. The peak is the highest of all that was said since the last time."""
        meters: Meters | None = None
        while self._meters and self._meters[0].tick <= tick:
            later = self._meters.popleft().meters
            meters = later if meters is None or later is None else later._replace(peak=max(meters.peak, later.peak))
        return meters
