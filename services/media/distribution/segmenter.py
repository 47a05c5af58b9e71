"""Cuts a line of frames into the cells of the grid. Pure arithmetic on media time."""

from libs.events.air import SEGMENT, AirSegment
from libs.events.ids import Samples


class Segmenter:
    """Collects frames that follow one another and gives back each cell that is complete.

    A cell that was not seen from its first sample is never given: the grid promises that segment n is the samples
    from n * 92,160 to (n + 1) * 92,160, whoever made it.
    """

    def __init__(self, epoch: int, frame: Samples) -> None:
        self._epoch = epoch
        self._frame = frame
        self._cell: list[bytes] = []

    def add(self, mediatime: Samples, frame: bytes) -> AirSegment | None:
        """Take the frame that begins at `mediatime`; returns the cell that it ends, if it does."""
        msn, within = divmod(mediatime, SEGMENT)
        if within == 0:
            self._cell = []
        if within != len(self._cell) * self._frame:
            return None
        self._cell.append(frame)
        if within + self._frame < SEGMENT:
            return None
        start = Samples(msn * SEGMENT)
        return AirSegment(epoch=self._epoch, msn=msn, mediatime=start, duration=SEGMENT, frames=tuple(self._cell))
