"""How many listen, folded from what the edges say. Pure: `now` is an argument.

Each edge says how many distinct listeners it has, in absolute numbers, so a lost beacon heals with the next. An edge
that is silent for SILENCE has died with its listeners.
"""

import msgspec

from libs.events.ids import Milliseconds, RoomId
from libs.events.telemetry import EdgeAudience

SILENCE = Milliseconds(35_000)
REORDERED = Milliseconds(2_000)
FEW = 10


class EdgeCount(msgspec.Struct, frozen=True):
    """The last word of one edge about one room."""

    listeners: int
    sequence: int
    at: Milliseconds


class Audience:
    """All rooms, all edges."""

    def __init__(self) -> None:
        self._rooms: dict[RoomId, dict[str, EdgeCount]] = {}

    def heard(self, beacon: EdgeAudience, now: Milliseconds) -> None:
        """Take one beacon; one that was overtaken on its way is dropped, an edge that counts anew is believed."""
        edges = self._rooms.setdefault(beacon.room, {})
        last = edges.get(beacon.edge)
        if last is not None and beacon.sequence < last.sequence and now - last.at < REORDERED:
            return
        edges[beacon.edge] = EdgeCount(max(0, beacon.listeners), beacon.sequence, now)

    def listeners(self, room: RoomId, now: Milliseconds) -> int:
        """Distinct listeners over all edges that still speak."""
        edges = self._rooms.get(room, {})
        return sum(count.listeners for count in edges.values() if now - count.at <= SILENCE)

    def rooms(self, now: Milliseconds) -> list[RoomId]:
        """Rooms that any edge spoke of lately; forgets the rest."""
        for room, edges in list(self._rooms.items()):
            speaking = {edge: count for edge, count in edges.items() if now - count.at <= SILENCE}
            self._rooms[room] = speaking
            if not speaking:
                del self._rooms[room]
        return list(self._rooms)


def shown(listeners: int, *, exactly: bool) -> int | str:
    """What a reader is told: small numbers would say who listens, so the public hears `few`."""
    return listeners if exactly or listeners >= FEW else "few"
