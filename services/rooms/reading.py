"""Questions about rooms: what is live, one room, for this reader. Over HTTP and over NATS."""

from libs.events import subjects
from libs.events.ids import PersonId, RoomId
from libs.events.ledger import Ledger
from libs.events.rooms import RoomEvent, RoomKind
from libs.service.caughtup import CaughtUp
from services.rooms.cards import Listing, LiveRooms, RoomCard
from services.rooms.errors import RoomUnknown
from services.rooms.state import Room


class Reading:
    """Answers from the listing; who may see a room by invitation is asked of the log itself."""

    def __init__(self, listing: Listing, rooms: Ledger[Room, RoomEvent], caught_up: CaughtUp) -> None:
        self._listing = listing
        self._rooms = rooms
        self.caught_up = caught_up

    async def live(self) -> LiveRooms:
        """Open rooms that are on air."""
        return LiveRooms(rooms=tuple(await self._listing.live()))

    async def one(self, room: RoomId, reader: PersonId | None) -> RoomCard:
        """One room. Raises RoomUnknown, also when it is not for this reader."""
        card = await self._listing.one(room)
        if card is None or not await self._may_enter(card, reader):
            raise RoomUnknown(f"there is no room {room}")
        return card

    async def _may_enter(self, card: RoomCard, reader: PersonId | None) -> bool:
        if card.kind is RoomKind.OPEN:
            return True
        folded = await self._rooms.reload(subjects.room(card.room))
        return folded.state.lets_in(reader)
