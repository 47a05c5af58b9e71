"""Which rooms should be on air, whoever mixes them: those with a source, an automation, or a listener. Pure; `now` is
monotonic time in seconds.
"""

from libs.events.ids import RoomId
from services.media.state import Stage

LISTENED_S = 15.0


class Demand:
    """What every mixer knows of all rooms."""

    def __init__(self) -> None:
        self._stages: dict[RoomId, Stage] = {}
        self._always: set[RoomId] = set()
        self._asked: dict[RoomId, dict[str | None, float]] = {}

    def settle(self, stage: Stage) -> None:
        """The room is so now."""
        room = stage.room
        self._always.discard(room)
        if not stage.open:
            self._stages.pop(room, None)
            self._asked.pop(room, None)
            return
        self._stages[room] = stage
        if stage.automated or any(one.person in stage.seated for one in stage.sources.values()):
            self._always.add(room)

    def ask(self, room: RoomId, now: float, rendition: str | None = None) -> None:
        """Somebody listens, perhaps to a rendition that is made on demand, or is about to send."""
        if room in self._stages:
            self._asked.setdefault(room, {})[rendition] = now

    def wanted(self, now: float) -> dict[RoomId, int]:
        """The rooms, and the highest epoch that was said of each."""
        for room, asked in list(self._asked.items()):
            if now - max(asked.values()) > LISTENED_S:
                del self._asked[room]
        return {room: self._stages[room].epoch for room in self._always | self._asked.keys()}

    def listeners(self, room: RoomId, now: float) -> list[str | None]:
        """What is listened to: None is what is always made."""
        return [what for what, when in self._asked.get(room, {}).items() if now - when <= LISTENED_S]
