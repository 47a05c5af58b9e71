"""Keys for encoders: made, listed and revoked by whoever they are of. Being credentials, they are in no fact."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol

import msgspec

from libs.events import subjects
from libs.events.ids import PersonId, ProgrammeId, RoomId
from libs.events.ledger import Ledger
from libs.events.rooms import RoomEvent, RoomOpened
from libs.events.telemetry import SourceKeyRevoked
from libs.service.source_keys import KeyHolder, SourceKeyAsked, key_digest, new_source_key
from services.rooms.cards import NewSourceKeyCard, SourceKeyCard, SourceKeyCards
from services.rooms.errors import (
    NameUnusable,
    RoomOver,
    SourceKeyShown,
    SourceKeyUnknown,
    TooManySourceKeys,
)
from services.rooms.requirements import require_visible
from services.rooms.state import Room, Status

LONGEST_NAME = 64
MOST = 20
"""Keys that one person has at a time."""


class Kept(Protocol):
    """Where they are kept (adapters/source_keys.py)."""

    async def put(self, digest: bytes, holder: KeyHolder, most: int) -> str | None:
        """Keep a new key; `exists` when its id is taken, `full` when the person has `most` already."""

    async def of(self, person: PersonId, programme: ProgrammeId | None, room: RoomId) -> Sequence[SourceKeyCard]:
        """Their keys that hold, for this room or its programme."""

    async def revoke(self, person: PersonId, key: str) -> bool:
        """It holds no longer; False when this person never had such a key."""

    async def whose(self, digest: bytes) -> KeyHolder | None:
        """Who holds the key with this hash."""


class SourceKeys:
    """`tell` carries the word that a key was revoked."""

    def __init__(
        self,
        rooms: Ledger[Room, RoomEvent],
        kept: Kept,
        tell: Callable[[SourceKeyRevoked, str], Awaitable[None]],
    ) -> None:
        self._rooms = rooms
        self._kept = kept
        self._tell = tell

    async def make(self, identity: str, room: RoomId, person: PersonId, name: str) -> NewSourceKeyCard:
        """A key for this person, in every room of this room's programme, or in this room if it has none. Raises a
        refusal, also when `identity` was used before: what is kept can't be shown again.
        """
        name = name.strip()
        if not name or len(name) > LONGEST_NAME or not name.isprintable():
            raise NameUnusable(f"a name of a key is 1 to {LONGEST_NAME} printable characters on one line")
        opened = await self._opened(room, person, over=False)
        key, only = new_source_key(), None if opened.programme else room
        holder = KeyHolder(id=identity, person=person, name=name, programme=opened.programme, room=only)
        lack = await self._kept.put(key_digest(key) or b"", holder, MOST)
        if lack == "exists":
            raise SourceKeyShown(f"key {identity} was made and shown before; revoke it and make another")
        if lack == "full":
            raise TooManySourceKeys(f"{person} has {MOST} keys; revoke one first")
        mount = f"/{opened.programme or room}"
        return NewSourceKeyCard(
            id=identity, key=key, name=name, person=person, programme=opened.programme, room=only, mount=mount
        )

    async def of(self, room: RoomId, person: PersonId) -> SourceKeyCards:
        """Their keys that hold here."""
        opened = await self._opened(room, person, over=True)
        return SourceKeyCards(keys=tuple(await self._kept.of(person, opened.programme, room)))

    async def revoke(self, room: RoomId, person: PersonId, key: str) -> None:
        """The key holds no longer; who sends with it is cut off. Raises SourceKeyUnknown."""
        await self._opened(room, person, over=True)
        if not await self._kept.revoke(person, key):
            raise SourceKeyUnknown(f"{person} has no key {key[:40]!r}")
        await self._tell(SourceKeyRevoked(key=key), key)

    async def answer(self, question: bytes, _headers: Mapping[str, str]) -> bytes:
        """`qry.rooms.SourceKey`, for mixers."""
        asked = msgspec.json.decode(question, type=SourceKeyAsked)
        return msgspec.json.encode(await self._kept.whose(asked.digest))

    async def _opened(self, room: RoomId, person: PersonId, *, over: bool) -> RoomOpened:
        state = (await self._rooms.reload(subjects.room(room))).state
        require_visible(room, state, person)
        if state.status is Status.ENDED and not over:
            raise RoomOver(f"room {room} has ended; a key for it would open nothing")
        return state.begun
