"""Where one listener is on a line, and what they get next. Pure."""

from libs.events.ids import Samples
from services.media.distribution.formats import SAMPLE_RATE
from services.media.distribution.line import Line

BURST = 2 * SAMPLE_RATE
MOST = 4 * SAMPLE_RATE


class Place:
    """A listener's own offset. Joins `BURST` behind the head, so that a player can begin at once; one who can't keep up
    is put there again, because the line does not wait.

    `began` is the media time of the first frame of the last `read`, `at` the one after its last.
    """

    def __init__(self) -> None:
        self.at = Samples(0)
        self.began = Samples(0)
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
        if line.empty:
            return b""
        if self._run != line.run:
            self.at = line.tail if self._run else line.back(BURST)
        elif self.at < line.tail:
            self.dropped = Samples(self.dropped + line.back(BURST) - self.at)
            self.at = line.back(BURST)
        self._run, self.began = line.run, self.at
        sound, self.at = line.take(self.at, MOST)
        return sound
