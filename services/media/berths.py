"""Which of a mixer's tick threads a room is on. Pure; belongs to the event loop."""

from collections import Counter
from collections.abc import Callable
from zlib import crc32

from libs.events.ids import RoomId

SLACK = 8
"""Sources more than on the emptiest thread that are no reason to leave one's own."""


class Berths:
    """A room has a thread of its own by its name, so that senders find it there again when the mixer was started anew.
    When that one has twice as many sources as the emptiest, and some more, the room goes to the emptiest. It stays
    where it is until it is over. `sources` counts a room's.
    """

    def __init__(self, threads: int, sources: Callable[[RoomId], int]) -> None:
        self._threads = threads
        self._sources = sources
        self._rooms: dict[RoomId, int] = {}

    def of(self, room: RoomId) -> int:
        """Its thread's number."""
        if room not in self._rooms:
            self._rooms[room] = self._choice(room)
        return self._rooms[room]

    def leave(self, room: RoomId) -> None:
        """The room is over."""
        self._rooms.pop(room, None)

    def _choice(self, room: RoomId) -> int:
        own = crc32(room.encode()) % self._threads
        if self._threads == 1:
            return own
        load = Counter(dict.fromkeys(range(self._threads), 0))
        for each, thread in self._rooms.items():
            load[thread] += self._sources(each)
        emptiest = min(load, key=load.__getitem__)
        return emptiest if load[own] > 2 * load[emptiest] + SLACK else own
