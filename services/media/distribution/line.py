"""The last seconds of one rendition of one room, as one unbroken line of frames on media time. Pure: `now` is given.

All listeners of a rendition read from one line, each from its own place. What comes from the air is put where its
media time says:

    next frame            appended
    a gap, up to 10 s     the bed fills it, so that byte stream and media time keep step
    the past              dropped: the bed has already stood in for it, or a lower epoch is still sending
    anything else         a new run begins there: another mixer's clock, or a mixer that was stopped and went on

When nothing has come for a second the bed comes in, from where sound ended up to where it would be now, and goes on in
real time; the first frame from the air that follows ends it. A past that goes on for half a second is no straggler but
a clock that stands lower: that too begins a new run.
"""

from libs.events.air import AirFrames
from libs.events.ids import Milliseconds, Samples
from services.media.distribution.bed import Bed
from services.media.distribution.formats import SAMPLE_RATE, Format

CAPACITY = 20 * SAMPLE_RATE
FILLABLE = 10 * SAMPLE_RATE
PER_MS = SAMPLE_RATE // 1000
STARVED = Milliseconds(1_000)
STRAGGLING = Milliseconds(500)


class Counts:
    """What happened to frames that were not simply appended, since the line was made."""

    def __init__(self) -> None:
        self.void = 0
        self.late = 0
        self.malformed = 0
        self.bed = 0


class Line:
    """`run` changes when media time jumps: whoever reads must find a new place. Media times given out are multiples of
    the format's frame.
    """

    def __init__(self, form: Format, bed: Bed, now: Milliseconds, capacity: int = CAPACITY) -> None:
        self.form = form
        self.run = 0
        self.epoch = 0
        self.starved = False
        self.counts = Counts()
        self._bed = bed
        self._bed_at = 0
        self._slots: list[bytes] = [b""] * (capacity // form.frame)
        self._tail = 0
        self._head = 0
        self._heard = now
        self._ended_at = 0
        self._stragglers: tuple[Milliseconds, Milliseconds] | None = None

    @property
    def tail(self) -> Samples:
        """Media time of the oldest frame."""
        return Samples(self._tail * self.form.frame)

    @property
    def head(self) -> Samples:
        """Media time after the newest frame."""
        return Samples(self._head * self.form.frame)

    @property
    def empty(self) -> bool:
        """Nothing has come yet."""
        return self.run == 0

    def silent_for(self, now: Milliseconds) -> Milliseconds:
        """How long nothing has come from the air."""
        return Milliseconds(now - self._heard)

    def back(self, samples: int) -> Samples:
        """The place that far behind the head, or the tail when it does not reach."""
        return Samples(max(self._tail, self._head - samples // self.form.frame) * self.form.frame)

    def take(self, place: Samples, most: int) -> tuple[bytes, Samples]:
        """Frames from a place on, at most `most` samples of them, and the place after them. Tail <= place <= head."""
        begin = place // self.form.frame
        end = min(self._head, begin + most // self.form.frame)
        size = len(self._slots)
        first, last = begin % size, begin % size + (end - begin)
        frames = self._slots[first:last] + self._slots[: max(0, last - size)]
        return b"".join(frames), Samples(end * self.form.frame)

    def void_below(self, epoch: int) -> None:
        """A mixer owns the room in this epoch: what lower ones still send is not heard."""
        self.epoch = max(self.epoch, epoch)

    def push(self, message: AirFrames, now: Milliseconds) -> None:
        """Put what came from the air where it belongs."""
        length = self.form.frame
        if message.mediatime % length or message.duration != len(message.frames) * length or not message.frames:
            self.counts.malformed += 1
            return
        if message.epoch < self.epoch:
            self.counts.void += 1
            return
        first = message.mediatime // length
        if not self._placed(first, first + len(message.frames), now):
            self.counts.late += 1
            return
        self.epoch = message.epoch
        self.starved = False
        self._heard, self._stragglers, self._bed_at = now, None, 0
        for frame in message.frames[self._head - first :]:
            self._append(frame)

    def tick(self, now: Milliseconds, guess: Samples) -> None:
        """Call it some times a second while somebody listens. `guess` is what media time should be now; it counts only
        when nothing has ever come.
        """
        silent = now - self._heard
        if silent < STARVED or self._straggling(now):
            return
        if self.empty:
            self._begin(max(0, guess - silent * PER_MS) // self.form.frame)
        if not self.starved:
            self.starved, self._ended_at = True, self._head
        due = self._ended_at + silent * PER_MS // self.form.frame
        if due - self._head > FILLABLE // self.form.frame:
            self._begin(due - STARVED * PER_MS // self.form.frame)
        self._fill(due)

    def _placed(self, first: int, end: int, now: Milliseconds) -> bool:
        """Make the head ready for frames [first, end); False when all of them are past."""
        gap = first - self._head
        if self.empty or gap > FILLABLE // self.form.frame:
            self._begin(first)
        elif gap > 0:
            self._fill(first)
        elif end <= self._head:
            began = self._stragglers[0] if self._straggling(now) and self._stragglers else now
            self._stragglers = (began, now)
            if now - began < STRAGGLING:
                return False
            self._begin(first)
        return True

    def _straggling(self, now: Milliseconds) -> bool:
        return self._stragglers is not None and now - self._stragglers[1] < STRAGGLING

    def _begin(self, first: int) -> None:
        self.run += 1
        self._tail = self._head = first

    def _fill(self, end: int) -> None:
        for _ in range(self._head, end):
            self._append(self._bed.frame(self._bed_at))
            self._bed_at += 1
            self.counts.bed += 1

    def _append(self, frame: bytes) -> None:
        size = len(self._slots)
        self._slots[self._head % size] = frame
        self._head += 1
        self._tail = max(self._tail, self._head - size)
