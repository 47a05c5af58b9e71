"""What an edge knows of a room: may it be heard, by whom, and which mixer counts."""

from enum import Enum, auto
from typing import TypeAlias

import msgspec

from libs.events.media import MixStarted
from libs.events.rooms import RoomEnded, RoomKind, RoomOpened, WentLive


class Stage(Enum):
    """How far a room has come."""

    UNKNOWN = auto()
    OPEN = auto()
    LIVE = auto()
    OVER = auto()


class Room(msgspec.Struct, frozen=True):
    """`epoch` is that of the mixer that owns the room; lower ones are void. `channels` are those of its programme."""

    stage: Stage = Stage.UNKNOWN
    kind: RoomKind = RoomKind.OPEN
    epoch: int = 0
    channels: int = 1


UNKNOWN = Room()


Telling: TypeAlias = RoomOpened | WentLive | RoomEnded | MixStarted
"""The facts that change anything for a listener."""


def evolve(room: Room, event: Telling) -> Room:
    """The room after a fact. Never refuses: it has already happened."""
    match event:
        case RoomOpened():
            return Room(Stage.OPEN, event.kind, channels=2 if event.concert else 1)
        case WentLive():
            return msgspec.structs.replace(room, stage=Stage.LIVE)
        case RoomEnded():
            return msgspec.structs.replace(room, stage=Stage.OVER)
        case MixStarted():
            return msgspec.structs.replace(room, epoch=max(room.epoch, event.epoch))
