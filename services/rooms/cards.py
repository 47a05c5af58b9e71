"""What readers are told about rooms: the shapes of the public API and of `qry.rooms.LiveRooms`."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Literal, Protocol, TypeAlias

import msgspec

from libs.events.ids import Milliseconds, PersonId, Position, ProgrammeId, RoomId
from libs.events.rooms import RoomKind, Seat

FEW = 10


class PersonCard(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody with the name that they gave; `name` is `removed` once they are forgotten, empty when unknown."""

    person: PersonId
    name: str


class SeatCard(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody on the stage, since when they sit."""

    person: PersonId
    name: str
    seat: Seat
    muted: bool
    since: datetime


class RoomCard(msgspec.Struct, frozen=True, kw_only=True):
    """One room. `status` is open (nothing on air yet), live or ended; `revision` is for `If-Match`, `position` for
    `Parlor-After` and for where an event stream should go on. `listeners` below ten is `few`.
    """

    room: RoomId
    title: str
    aliases: tuple[str, ...]
    kind: RoomKind
    status: str
    language: str
    host: PersonCard
    programme: ProgrammeId | None
    automation: str | None
    opened: datetime
    live: datetime | None
    ended: datetime | None
    stage: tuple[SeatCard, ...]
    listeners: int | Literal["few"]
    listen: dict[str, str]
    revision: int
    position: Position


class LiveRooms(msgspec.Struct, frozen=True, kw_only=True):
    """Open rooms that are on air, the longest on air first."""

    rooms: tuple[RoomCard, ...]


class HandCard(msgspec.Struct, frozen=True, kw_only=True):
    """A raised hand: whose, and about what they want to speak if they said so."""

    person: PersonId
    name: str
    topic: str | None = None


class Hands(msgspec.Struct, frozen=True, kw_only=True):
    """Raised hands in the order of the queue: all of them for host and co-hosts, one's own for everybody else."""

    hands: tuple[HandCard, ...]
    revision: int


Names: TypeAlias = Callable[[Iterable[PersonId]], Awaitable[Mapping[PersonId, str]]]
"""What people are called."""


class Listing(Protocol):
    """Where the cards come from."""

    async def live(self) -> Sequence[RoomCard]:
        """Every room of kind open that is live."""

    async def one(self, room: RoomId) -> RoomCard | None:
        """A room of any kind and status."""


def counted(listeners: int) -> int | Literal["few"]:
    """What the public is told: small numbers would say who listens."""
    return listeners if listeners >= FEW else "few"


def listen_paths(room: str) -> dict[str, str]:
    """Where the room is heard, by rendition."""
    return {"mp3": f"/live/{room}.mp3", "aac": f"/live/{room}.aac"}


class SourceKeyCard(msgspec.Struct, frozen=True, kw_only=True):
    """A key of an encoder, without the key: for every room of a programme, or for one room."""

    id: str
    name: str
    person: PersonId
    programme: ProgrammeId | None = None
    room: RoomId | None = None
    made: Milliseconds


class SourceKeyCards(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody's own keys that hold in a room."""

    keys: tuple[SourceKeyCard, ...]


class NewSourceKeyCard(msgspec.Struct, frozen=True, kw_only=True):
    """A new key, now and never again. An encoder's settings: user `source`, password `key`, mount point `mount`."""

    id: str
    key: str
    name: str
    person: PersonId
    programme: ProgrammeId | None = None
    room: RoomId | None = None
    mount: str
    user: str = "source"
