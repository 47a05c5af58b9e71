"""Media time as somebody sees it who is not the mixer. Pure: `now` is monotonic time in seconds, given by the caller.

The last beacon of the highest epoch plus the time since; before the first beacon, the time since `RoomOpened` was
seen. What is returned for a room never decreases: when a beacon says less than was already said, time stands still
until media time has caught up.
"""

import msgspec

from libs.events.ids import RoomId, Samples

RATE = 48_000


class _Seen(msgspec.Struct):
    epoch: int
    mediatime: Samples
    now: float
    said: Samples = Samples(0)


class MediaClock:
    """The clocks of all rooms that one process has heard of."""

    def __init__(self) -> None:
        self._rooms: dict[RoomId, _Seen] = {}

    def opened(self, room: RoomId, now: float) -> None:
        """`RoomOpened` was seen now, so media time is 0. Does nothing for a room that is known."""
        self._rooms.setdefault(room, _Seen(epoch=-1, mediatime=Samples(0), now=now))

    def beacon(self, room: RoomId, epoch: int, mediatime: Samples, now: float) -> None:
        """The owning mixer said so; a lower epoch than seen is a mixer that lost the room and is ignored."""
        seen = self._rooms.get(room)
        if seen is not None and epoch < seen.epoch:
            return
        self._rooms[room] = _Seen(epoch, mediatime, now, seen.said if seen else Samples(0))

    def at(self, room: RoomId, now: float) -> Samples | None:
        """Media time of a room; None for one that was never heard of."""
        seen = self._rooms.get(room)
        if seen is None:
            return None
        elapsed = max(0, round((now - seen.now) * RATE))
        seen.said = Samples(max(seen.said, seen.mediatime + elapsed))
        return seen.said

    def ended(self, room: RoomId) -> None:
        """The room is over; its clock is forgotten."""
        self._rooms.pop(room, None)
