"""What the log says about every room that is not over, and how old each room's media time must be by now."""

from collections.abc import Iterable

import msgspec

from libs.events.envelope import Recorded, milliseconds
from libs.events.ids import START, Milliseconds, Position, RoomId, Samples, SourceId
from libs.events.media import MediaEvent
from libs.events.rooms import RoomEvent
from libs.events.subjects import Interest
from libs.events.vocabulary import AnyEvent
from services.media.state import Stage, Status, evolve

INTEREST = Interest(owners=("rooms", "media"))


class Known(msgspec.Struct, frozen=True):
    """A room's stage, and the wall-clock time at which its media time was 0, as its facts say: the earliest one."""

    stage: Stage = Stage()
    zero: Milliseconds | None = None

    def age(self, now: Milliseconds) -> Samples:
        """Media time at `now`."""
        return Samples(0 if self.zero is None else max(0, now - self.zero) * 48)


class KnownRooms:
    """A fold over all rooms. Those that are over are forgotten."""

    def __init__(self) -> None:
        self.position: Position = START
        self._rooms: dict[RoomId, Known] = {}

    def get(self, room: RoomId) -> Known:
        """A room; an unknown one has an unknown stage."""
        return self._rooms.get(room, Known())

    def open(self) -> list[Known]:
        """Every room that is open."""
        return [known for known in self._rooms.values() if known.stage.open]

    def ssrcs(self, but: SourceId) -> set[int]:
        """Every SSRC that another source has."""
        sources = (one for known in self._rooms.values() for one in known.stage.sources.values())
        return {one.ssrc for one in sources if one.source != but}

    def fold(self, batch: Iterable[Recorded[AnyEvent]]) -> list[Known]:
        """Take facts in; returns each room that they changed, as it is now."""
        changed: dict[RoomId, Known] = {}
        for recorded in batch:
            self.position = max(self.position, recorded.position)
            known = self._one(recorded)
            if known is not None:
                changed[known.stage.room] = known
        return list(changed.values())

    def _one(self, recorded: Recorded[AnyEvent]) -> Known | None:
        envelope, event = recorded.envelope, recorded.event
        if not isinstance(event, RoomEvent | MediaEvent):
            return None
        room = RoomId(event.room)
        before = self._rooms.get(room, Known())
        stage = evolve(before.stage, event)
        if stage.opened is None:
            return None
        if stage.status is Status.ENDED:
            self._rooms.pop(room, None)
            return Known(stage, before.zero)
        mediatime = envelope.mediatime if isinstance(event, MediaEvent) else 0
        zero = before.zero
        if mediatime is not None and (zero is None or isinstance(event, MediaEvent)):
            began = Milliseconds(milliseconds(envelope.time) - mediatime // 48)
            zero = began if zero is None else min(zero, began)
        known = self._rooms[room] = Known(stage, zero)
        return known
