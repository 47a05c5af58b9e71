"""What one reader of one room sees: a pure fold that turns facts into server-sent events, or into nothing.

The fold knows the room as of each fact, so a fact is shown by the reader's role at its moment, live and on a resumed
stream alike. Beside what a role allows, everybody sees facts about themselves (an invitation is STAFF for all others),
and of a room by invitation only the invited and the seated see anything.
"""

from typing import cast, get_args

import msgspec

from libs.events.envelope import Recorded, encode_data
from libs.events.event import Audience, Event
from libs.events.ids import EventId, PersonId, Samples
from libs.events.rooms import RoomEvent, Seat
from libs.events.vocabulary import AnyEvent
from services.rooms.state import Room, evolve

ROOM_EVENTS = get_args(RoomEvent)
STAGE_RUNNERS = (Seat.HOST, Seat.COHOST)

_encoder = msgspec.json.Encoder()


class Shown(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A fact as readers get it: without who asked and by which way."""

    id: EventId
    type: str
    time: str
    revision: int
    mediatime: Samples | None = None
    data: msgspec.Raw


class Feed:
    """One reader's view; `reader` is None for whoever did not sign in."""

    def __init__(self, reader: PersonId | None) -> None:
        self.reader = reader
        self.room = Room()

    def learn(self, recorded: Recorded[AnyEvent]) -> None:
        """Fold a fact that is not to be shown."""
        if isinstance(recorded.event, ROOM_EVENTS):
            self.room = evolve(self.room, cast("RoomEvent", recorded.event))

    def show(self, recorded: Recorded[AnyEvent]) -> bytes | None:
        """Fold a fact; the event to send, when this reader may see it."""
        before = self.room
        self.learn(recorded)
        if may_see(recorded.event, before, self.reader) or may_see(recorded.event, self.room, self.reader):
            return server_sent(recorded)
        return None


def may_see(event: Event, room: Room, reader: PersonId | None) -> bool:
    """True when `event` is for this reader as long as the room is so."""
    if event.audience is Audience.INTERNAL:
        return False
    if reader is not None and getattr(event, "person", None) == reader:
        return True
    if not room.lets_in(reader):
        return False
    seat = None if reader is None else room.seat(reader)
    match event.audience:
        case Audience.PUBLIC:
            return True
        case Audience.STAGE:
            return seat is not None
        case Audience.STAFF:
            return seat in STAGE_RUNNERS


def server_sent(recorded: Recorded[AnyEvent]) -> bytes:
    """One event of the stream (WHATWG HTML, server-sent events); its id is the position to resume after. What was
    written under a superseded type is told as we would say it today.
    """
    envelope, event = recorded.envelope, recorded.event
    superseded = event.tag != envelope.type
    shown = Shown(
        id=envelope.id,
        type=event.tag,
        time=envelope.time,
        revision=envelope.revision,
        mediatime=envelope.mediatime,
        data=encode_data(event) if superseded else envelope.data,
    )
    line = _encoder.encode(shown)
    return b"id: %d\nevent: %b\ndata: %b\n\n" % (recorded.position, event.tag.encode(), line)
