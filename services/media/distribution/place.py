"""Where one listener is on a line, and what they get next. Pure."""

from libs.events.ids import Samples
from services.media.distribution.formats import SAMPLE_RATE
from services.media.distribution.line import Line

BURST = 2 * SAMPLE_RATE
MOST = 4 * SAMPLE_RATE


class Place:
    """A listener's own offset. Joins `BURST` behind the head, so that a player can begin at once; one who can't keep up
    is put there again, because the line does not wait.

    `moved` says that media time jumped for this listener with the last `read`, so that what is known of it is void.
    """

    def __init__(self) -> None:
        self.at = Samples(0)
        self.moved = False
        self.dropped = Samples(0)
        self._run = 0

    def settle(self, line: Line, at: Samples) -> bool:
        """Take a place that a listener has reached from stored sound; False when the line does not reach there."""
        if line.empty or not line.tail <= at <= line.head:
            return False
        self.at, self._run = at, line.run
        return True

    def read(self, line: Line) -> bytes:
        """What is there since the last time, up to four seconds of it; nothing when there is nothing new."""
        self.moved = False
        if line.empty:
            return b""
        if self._run != line.run:
            self._move(line.tail if self._run else line.back(BURST))
        elif self.at < line.tail:
            self.dropped = Samples(self.dropped + line.back(BURST) - self.at)
            self._move(line.back(BURST))
        self._run = line.run
        sound, self.at = line.take(self.at, MOST)
        return sound

    def _move(self, at: Samples) -> None:
        self.at, self.moved = at, True
