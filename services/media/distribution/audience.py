"""Who is counted as listening. Pure: `now` is given.

A listener is a token that took bytes within fifteen seconds, however many connections it has (an Echo opens two);
without a token every connection is one.
"""

from collections.abc import Mapping

from libs.events.ids import Milliseconds, RoomId

WINDOW = Milliseconds(15_000)


class Audience:
    """The listeners of one edge."""

    def __init__(self) -> None:
        self._heard: dict[RoomId, dict[str, Milliseconds]] = {}

    def accepted(self, room: RoomId, token: str, now: Milliseconds) -> None:
        """A listener took bytes."""
        self._heard.setdefault(room, {})[token] = now

    def counted(self, now: Milliseconds) -> Mapping[RoomId, int]:
        """Listeners of each room; a room whose last one has gone is here once more, with 0."""
        counts: dict[RoomId, int] = {}
        for room, heard in list(self._heard.items()):
            for token in [token for token, last in heard.items() if now - last > WINDOW]:
                del heard[token]
            counts[room] = len(heard)
            if not heard:
                del self._heard[room]
        return counts
