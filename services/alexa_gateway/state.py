"""What the gateway knows, folded from the log: which rooms there are, and what each speaker was told to play. Pure."""

from typing import TypeAlias

import msgspec
from msgspec.structs import replace

from libs.events.ids import Milliseconds, RoomId, Samples
from libs.events.playback import (
    DeviceSeen,
    PlaybackAsked,
    PlaybackEvent,
    PlaybackFailed,
    PlaybackFinished,
    PlaybackStarted,
    PlaybackStopped,
)
from libs.events.rooms import RoomEnded, RoomKind, RoomOpened, WentLive

REMEMBERED_PLAYS = 8


class Room(msgspec.Struct, frozen=True):
    """What a listener may want to know about a room. `since` is the media time at which it went live."""

    id: RoomId
    title: str
    aliases: tuple[str, ...] = ()
    live: bool = False
    automated: bool = False
    since: Samples = Samples(0)


class Rooms(msgspec.Struct, frozen=True):
    """All rooms for anybody that have not ended, in the order of their opening, and the titles of some that have."""

    open: dict[RoomId, Room] = {}
    ended: dict[RoomId, str] = {}

    @property
    def live(self) -> tuple[Room, ...]:
        """Who can be heard, the latest first, rooms with people before rooms that run by themselves."""
        latest_first = reversed([room for room in self.open.values() if room.live])
        return tuple(sorted(latest_first, key=lambda room: room.automated))

    def live_room(self, room_id: RoomId | None) -> Room | None:
        """The room when it is live, else None."""
        room = self.open.get(room_id) if room_id is not None else None
        return room if room is not None and room.live else None


RoomFact: TypeAlias = RoomOpened | WentLive | RoomEnded

REMEMBERED_ENDINGS = 50


def evolve_rooms(rooms: Rooms, event: RoomFact, mediatime: Samples) -> Rooms:
    """The rooms after `event`, which was written at that media time. Never refuses."""
    match event:
        case RoomOpened(kind=RoomKind.INVITED):
            return rooms
        case RoomOpened():
            room = Room(event.room, event.title, event.aliases, automated=event.automation is not None)
            return replace(rooms, open={**rooms.open, event.room: room})
        case WentLive():
            opened = rooms.open.get(event.room)
            if opened is None:
                return rooms
            return replace(rooms, open={**rooms.open, event.room: replace(opened, live=True, since=mediatime)})
        case RoomEnded():
            still_open = {room_id: room for room_id, room in rooms.open.items() if room_id != event.room}
            over = rooms.open.get(event.room)
            endings = {**rooms.ended, event.room: over.title} if over else rooms.ended
            return Rooms(still_open, dict(list(endings.items())[-REMEMBERED_ENDINGS:]))


class Play(msgspec.Struct, frozen=True):
    """One stream that a speaker was told to play."""

    room: RoomId
    rendition: str
    attempt: int = 0
    start: Samples | None = None


class Device(msgspec.Struct, frozen=True):
    """One smart speaker: the last streams by token, which of them plays, and which room was left last and when."""

    seen: bool = False
    plays: dict[str, Play] = {}
    playing: str | None = None
    left: RoomId | None = None
    left_at: Milliseconds = Milliseconds(0)

    @property
    def current(self) -> Play | None:
        """What plays now, as far as the speaker told."""
        return self.plays.get(self.playing) if self.playing is not None else None

    @property
    def latest(self) -> str | None:
        """The token of the newest stream, also when it does not play yet or any more."""
        return next(reversed(self.plays), None)

    def rooms_before(self, room_id: RoomId | None) -> tuple[RoomId, ...]:
        """Rooms that this speaker played, the latest first, without the one given."""
        latest_first = (play.room for play in reversed(self.plays.values()))
        return tuple(dict.fromkeys(room for room in latest_first if room != room_id))


def evolve_device(device: Device, event: PlaybackEvent) -> Device:
    """The speaker after `event`. Events of an older stream never end a newer one: they may come in any order."""
    match event:
        case DeviceSeen():
            return replace(device, seen=True)
        case PlaybackAsked():
            play = Play(event.room, event.rendition, event.attempt, event.start)
            plays = {**device.plays, event.token: play}
            return replace(device, plays=dict(list(plays.items())[-REMEMBERED_PLAYS:]))
        case PlaybackStarted():
            if event.token not in (device.latest, device.playing):
                return device
            return replace(device, playing=event.token)
        case PlaybackStopped() | PlaybackFinished() | PlaybackFailed():
            playing = None if event.token == device.playing else device.playing
            return replace(device, playing=playing, left=event.room, left_at=event.at)
