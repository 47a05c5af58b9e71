"""What of one room is recorded, and when: while it is live and on air, in one epoch after the other. Belongs to the
helm's thread; whether anything is recorded at all is said by the mixer's settings.
"""

from libs.events.air import TICK
from libs.events.ids import RoomId
from services.media.made import Frame
from services.media.recording.thread import Recording, RoomTape


class Taping:
    """`zero` is the tick of media time 0. Without a recording nothing happens."""

    def __init__(self, recording: Recording | None, room: RoomId, zero: int) -> None:
        self._recording = recording
        self._room = room
        self._zero = zero
        self._epoch = 0

    def take(self, frame: Frame, epoch: int) -> None:
        """20 ms of the programme of a room that is live."""
        if self._recording is None:
            return
        if epoch != self._epoch:
            self._epoch = epoch
            self._recording.begin(RoomTape(self._room, epoch, self._zero))
        self._recording.sound(self._room, (frame.tick - self._zero) * TICK, frame.channels, frame.pcm)

    def end(self) -> None:
        """It is on air no more, or somebody else's."""
        if self._recording is not None and self._epoch:
            self._recording.end(self._room, self._epoch)
            self._epoch = 0
