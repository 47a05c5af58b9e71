"""What presence asks of itself: no person sends it commands, it follows facts and counts."""

from typing import TypeAlias

import msgspec

from libs.events.ids import Milliseconds, PersonId, RoomId


class Observe(msgspec.Struct, frozen=True, kw_only=True):
    """These persons can be heard now, those have been gone for the grace time."""

    room: RoomId
    heard: frozenset[PersonId] = frozenset()
    gone: frozenset[PersonId] = frozenset()


class Measure(msgspec.Struct, frozen=True, kw_only=True):
    """So many listen at the end of this window."""

    room: RoomId
    listeners: int
    window: Milliseconds


PresenceVerb: TypeAlias = Observe | Measure
