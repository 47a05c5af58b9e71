"""Everything that an answer may depend on, gathered before the rules run, so that the rules are pure."""

import msgspec

from libs.events.ids import Milliseconds, RoomId, Samples
from services.alexa_gateway.naming import told_apart
from services.alexa_gateway.requests import Intent
from services.alexa_gateway.sentences import English
from services.alexa_gateway.state import Device, Play, Room, Rooms

RECENTLY = Milliseconds(600_000)
NAMED = 3


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """One spoken request or button, with what we know at this moment.

    `current` is what the device plays or has paused, `clock` the media time of its room now, `heard` the media time of
    what the person last heard of it. `offered` and `misses` come from the turn before in the same conversation.
    """

    say: English
    rooms: Rooms
    device: Device
    now: Milliseconds
    intent: Intent | None = None
    current: Play | None = None
    playing: bool = False
    clock: Samples | None = None
    heard: Samples | None = None
    reach: Samples = Samples(0)
    offered: tuple[RoomId, ...] = ()
    misses: int = 0

    @property
    def room(self) -> Room | None:
        """The live room that plays or was paused here."""
        return self.rooms.live_room(self.current.room) if self.current else None

    @property
    def last_room(self) -> Room | None:
        """That, or else the live room that this device left under ten minutes ago."""
        if self.room is not None:
            return self.room
        return self.rooms.live_room(self.device.left) if self.now - self.device.left_at < RECENTLY else None

    @property
    def choices(self) -> tuple[Room, ...]:
        """All that is live and can be told apart by name, the first to name first."""
        return told_apart(self.rooms.live)

    @property
    def titles(self) -> tuple[str, ...]:
        """Titles of all that is live."""
        return tuple(room.title for room in self.choices)

    @property
    def named(self) -> tuple[RoomId, ...]:
        """The rooms behind the titles that fit into one prompt."""
        return tuple(room.id for room in self.choices[:NAMED])
