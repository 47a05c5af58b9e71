"""Facts for logs: a room that Ana hosts, with as many mutes as a test needs."""

from libs.events.envelope import Envelope, decode, encode
from libs.events.folded import Head
from libs.events.fresh import fresh_command_id, fresh_id
from libs.events.ids import START, Milliseconds, PersonId, RoomId, Samples
from libs.events.ledger import Cause, write
from libs.events.media import MixStarted
from libs.events.rooms import RoomEvent, RoomKind, RoomOpened, SpeakerMuted, SpeakerUnmuted
from libs.events.subjects import Aggregate, room

ANA = PersonId("ana2222222222222")
NOON = Milliseconds(1_764_000_000_000)


def cause() -> Cause:
    """Somebody asked for something, once."""
    identity = fresh_command_id()
    return Cause(id=identity, correlationid=identity, via="test", now=NOON, actor=ANA)


class Chain:
    """One aggregate's facts, written one decision after the other."""

    def __init__(self, about: Aggregate | None = None) -> None:
        self.about = about or room(fresh_id())
        self.head = Head()

    def opened(self) -> list[Envelope]:
        """The room opens."""
        return self.write(
            RoomOpened(room=RoomId(self.about.scope), title="Jazz", kind=RoomKind.OPEN, host=ANA),
        )

    def muted(self) -> list[Envelope]:
        """Ana mutes herself."""
        return self.write(SpeakerMuted(room=RoomId(self.about.scope), person=ANA, by=ANA))

    def mixing(self) -> list[Envelope]:
        """A mixer takes the room over; for a chain about a mix."""
        return self.write(MixStarted(room=RoomId(self.about.scope), epoch=1, first=Samples(0)))

    def unmuted_and_muted(self, times: int) -> list[Envelope]:
        """Ana unmutes and mutes herself, all in one decision."""
        room_id = RoomId(self.about.scope)
        pair: list[RoomEvent] = [
            SpeakerUnmuted(room=room_id, person=ANA),
            SpeakerMuted(room=room_id, person=ANA, by=ANA),
        ]
        return self.write(*(pair * times))

    def write(self, *facts: RoomEvent | MixStarted) -> list[Envelope]:
        """One decision's lines; the next decision goes on after them."""
        lines = write(self.about, list(facts), self.head, cause())
        self.head = Head(revision=lines[-1].revision, digest=decode(encode(lines[-1]), START).digest)
        return lines
