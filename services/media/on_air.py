"""One room on air in one epoch: its session, the encodings of its programme, and the seconds that it remembers.

AAC is encoded always, MP3 only while somebody wants it; an MP3 that starts begins with the last seconds of the
programme, so that the first listener gets a burst at once. Encoding is done for five ticks at a time.
"""

from collections import deque

import msgspec
import numpy as np

from libs.events.air import SEGMENT, TICK, AirFrames, AirSegment
from libs.events.ids import RoomId, Samples
from libs.events.media import MediaEvent
from libs.events.telemetry import ClockBeacon, RoomMeters
from services.media.distribution.formats import FORMATS
from services.media.distribution.rendition import Rendition
from services.media.engine.told import Meters
from services.media.made import Frame
from services.media.mixing.frame import Pcm
from services.media.session import Session

ALWAYS = tuple(form.name for form in FORMATS.values() if not form.on_demand)
TOGETHER = 5
BEACON = 48_000
BURST = SEGMENT
REMEMBERED = 2 * SEGMENT // TICK
FEED = 24
"""Ticks that a rendition that comes later encodes beside the present until it has caught up: 5 ms of CPU a tick."""
WANTED_FOR = 10 * 48_000


class Air(msgspec.Struct, frozen=True, gc=False):
    """What one rendition made."""

    room: RoomId
    rendition: str
    epoch: int
    frames: list[AirFrames]
    segments: list[AirSegment]


class Outcome(msgspec.Struct, gc=False):
    """What ticks made that the world should know. `facts` come with their media time."""

    facts: list[tuple[MediaEvent, Samples]] = []
    air: list[Air] = []
    beacons: list[ClockBeacon] = []
    meters: list[RoomMeters] = []
    faults: list[Exception] = []

    def __bool__(self) -> bool:
        return bool(self.facts or self.air or self.beacons or self.meters or self.faults)


class OnAir:
    """Makes the programme from `first` on. `mediatime` is the next sample."""

    def __init__(self, session: Session, epoch: int, first: Samples) -> None:
        self.session = session
        self.epoch = epoch
        self.mediatime = first
        self._channels = session.booth.channels
        self._renditions = {name: self._rendition(name, _cell(first)) for name in ALWAYS}
        self._wanted: dict[str, int] = {}
        self._blocks: deque[Pcm] = deque(maxlen=REMEMBERED)
        self._fresh = 0

    def take(self, frame: Frame, now: int, out: Outcome) -> None:
        """Make of the next 20 ms what follows from it."""
        self._blocks.append(np.frombuffer(frame.pcm, np.int16).reshape(-1, self._channels))
        self.mediatime = Samples(self.mediatime + TICK)
        self._fresh += 1
        if self._fresh == TOGETHER:
            self._encode(now, out)
        if frame.meters is not None and self.session.attended:
            out.meters.append(self._measured(frame, frame.meters))
        if self.mediatime % BEACON == 0:
            out.beacons.append(ClockBeacon(room=self.session.room, epoch=self.epoch, mediatime=self.mediatime))

    def want(self, rendition: str, now: int) -> None:
        """Somebody listens to a rendition that is made on demand; said again every second while so."""
        if rendition in FORMATS and rendition not in ALWAYS:
            self._wanted[rendition] = now
            if rendition not in self._renditions:
                self._renditions[rendition] = self._rendition(rendition, self._burst())

    def close(self, out: Outcome) -> None:
        """Encode what is left."""
        self._encode(0, out)
        for name, rendition in self._renditions.items():
            frames, segments = rendition.close()
            if frames or segments:
                out.air.append(Air(self.session.room, name, self.epoch, frames, segments))
        self._renditions = {}

    def _measured(self, frame: Frame, meters: Meters) -> RoomMeters:
        return RoomMeters(
            room=self.session.room,
            mediatime=self.mediatime,
            level=round(frame.level, 1),
            sources=self.session.meters(),
            momentary=round(meters.momentary, 1),
            shortterm=round(meters.short, 1),
            integrated=round(meters.integrated, 1),
            truepeak=round(meters.peak, 1),
            gain=round(meters.gain, 1),
        )

    def _rendition(self, name: str, first: Samples) -> Rendition:
        return Rendition(self.session.room, name, self.epoch, first, self._channels)

    def _burst(self) -> Samples:
        """Where a rendition begins that starts now: on the grid if we remember so much."""
        oldest = self.mediatime - len(self._blocks) * TICK
        return Samples(max(oldest, _cell(Samples(max(0, self.mediatime - BURST)))))

    def _encode(self, now: int, out: Outcome) -> None:
        self._fresh = 0
        for name, rendition in list(self._renditions.items()):
            if name not in ALWAYS and now - self._wanted.get(name, now) > WANTED_FOR:
                del self._renditions[name]
                continue
            begin, block = self._due(rendition)
            if len(block):
                frames, segments = rendition.push(block, begin)
                if frames or segments:
                    out.air.append(Air(self.session.room, name, self.epoch, frames, segments))

    def _due(self, rendition: Rendition) -> tuple[Samples, Pcm]:
        """The next blocks for a rendition: all that is fresh, or more while it catches up."""
        oldest = Samples(self.mediatime - len(self._blocks) * TICK)
        begin = max(oldest, rendition.next)
        skip = (begin - oldest) // TICK
        blocks = [self._blocks[at] for at in range(skip, min(skip + FEED, len(self._blocks)))]
        return begin, np.concatenate(blocks) if blocks else np.zeros((0, self._channels), np.int16)


def _cell(mediatime: Samples) -> Samples:
    return Samples(mediatime - mediatime % SEGMENT)
