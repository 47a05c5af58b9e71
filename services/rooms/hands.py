"""Raised hands with their topics: sealed on the way in, opened for whoever may read them, text nowhere between."""

from collections.abc import Sequence
from typing import Protocol

from libs.events import subjects
from libs.events.ids import CommandId, PersonId, RoomId
from libs.events.ledger import Ledger
from libs.events.rooms import HandRaised, RoomEvent
from libs.events.sealed import Sealed, place
from services.rooms.cards import HandCard, Hands, Names
from services.rooms.errors import TopicUnusable
from services.rooms.requirements import require_visible
from services.rooms.state import Room

LONGEST_TOPIC = 200


class Words(Protocol):
    """Seals and opens (libs/service/person_keys_kept.py)."""

    async def seal(self, person: PersonId, text: str, place: str, said_with: str) -> Sealed:
        """Words of this person for one place, said with one command."""

    async def open(self, words: Sequence[tuple[Sealed, str]]) -> list[str]:
        """The texts of words with their places; `removed` when their person was forgotten."""


class RaisedHands:
    """The queue of a room, for its border."""

    def __init__(self, rooms: Ledger[Room, RoomEvent], words: Words, names: Names) -> None:
        self._rooms = rooms
        self._words = words
        self._names = names

    async def topic(self, room: RoomId, by: PersonId, said_with: CommandId, text: str | None) -> Sealed | None:
        """A topic as the log may have it; None if nothing is in it. Raises TopicUnusable, which doesn't repeat it."""
        text = (text or "").strip()
        if not text:
            return None
        if len(text) > LONGEST_TOPIC or not text.isprintable():
            raise TopicUnusable(f"a topic is at most {LONGEST_TOPIC} printable characters on one line")
        return await self._words.seal(by, text, topic_of(room), said_with)

    async def seen_by(self, room: RoomId, reader: PersonId) -> Hands:
        """What this reader may see of the queue. Raises RoomUnknown, also when the room is not for this reader."""
        folded = await self._rooms.reload(subjects.room(room))
        state = folded.state
        require_visible(room, state, reader)
        runs_stage = state.runs_stage(reader)
        hands = {who: topic for who, topic in state.hands.items() if runs_stage or who == reader}
        names = await self._names(hands)
        sealed = {who: topic for who, topic in hands.items() if topic is not None}
        texts = await self._words.open([(topic, topic_of(room)) for topic in sealed.values()])
        topics = dict(zip(sealed, texts, strict=True))
        cards = (HandCard(person=who, name=names.get(who, ""), topic=topics.get(who)) for who in hands)
        return Hands(hands=tuple(cards), revision=folded.head.revision)


def topic_of(room: RoomId) -> str:
    """The place of a topic: it can be read as said in this room and nowhere else."""
    return place(subjects.room(room), HandRaised, "topic")
