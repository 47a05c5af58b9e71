"""The listing's row of one room: a fold of what listeners and hosts look for. Pure but for reading a fact's time."""

from datetime import datetime
from typing import Any, TypeAlias, get_args

import msgspec

from libs.events.event import Event
from libs.events.ids import PersonId, ProgrammeId, RoomId
from libs.events.media import StreamReady
from libs.events.presence import AudienceMeasured
from libs.events.rooms import (
    RoomEnded,
    RoomEvent,
    RoomKind,
    RoomOpened,
    Seat,
    SpeakerAdmitted,
    SpeakerLeftStage,
    SpeakerMuted,
    SpeakerUnmuted,
    WentLive,
)
from services.rooms.state import Status


class SeatRow(msgspec.Struct, frozen=True, kw_only=True):
    """One taken seat."""

    person: PersonId
    seat: Seat
    muted: bool = False
    since: datetime


class StreamRow(msgspec.Struct, frozen=True, kw_only=True):
    """One rendition that is on air."""

    rendition: str
    path: str
    codec: str
    bitrate: int


class RoomRow(msgspec.Struct, frozen=True, kw_only=True):
    """One room; `revision` is that of the room's own facts."""

    room: RoomId
    title: str
    aliases: tuple[str, ...]
    kind: RoomKind
    status: Status
    host: PersonId
    programme: ProgrammeId | None
    automation: str | None
    language: str
    opened: datetime
    live: datetime | None = None
    ended: datetime | None = None
    stage: tuple[SeatRow, ...] = ()
    audience: int = 0
    streams: tuple[StreamRow, ...] = ()
    revision: int


class Said(msgspec.Struct, frozen=True):
    """A fact, when it was written, and as which revision of what it is about."""

    event: Event
    at: datetime
    revision: int


Row: TypeAlias = RoomRow | None
Seats: TypeAlias = tuple[SeatRow, ...]
ROOM_EVENTS = get_args(RoomEvent)


def project(row: Row, said: Said) -> Row:
    """The row after a fact; None as long as nobody opened the room. Facts of others leave the revision alone."""
    if isinstance(said.event, RoomOpened):
        return _opened(said.event, said)
    if row is None:
        return None
    revision = said.revision if isinstance(said.event, ROOM_EVENTS) else row.revision
    return msgspec.structs.replace(row, revision=revision, **_changes(row, said.event, said.at))


def _opened(event: RoomOpened, said: Said) -> RoomRow:
    return RoomRow(
        room=event.room,
        title=event.title,
        aliases=event.aliases,
        kind=event.kind,
        status=Status.OPEN,
        host=event.host,
        programme=event.programme,
        automation=event.automation,
        language=event.language,
        opened=said.at,
        stage=(SeatRow(person=event.host, seat=Seat.HOST, since=said.at),),
        revision=said.revision,
    )


def _changes(row: RoomRow, event: Event, at: datetime) -> dict[str, Any]:  # noqa: C901, PLR0911 - one case per fact
    match event:
        case WentLive():
            return {"status": Status.LIVE, "live": at}
        case SpeakerAdmitted():
            return {"stage": _seated(row.stage, event, at)}
        case SpeakerMuted():
            return {"stage": _muted(row.stage, event.person, muted=True)}
        case SpeakerUnmuted():
            return {"stage": _muted(row.stage, event.person, muted=False)}
        case SpeakerLeftStage():
            return {"stage": tuple(seat for seat in row.stage if seat.person != event.person)}
        case RoomEnded():
            return {"status": Status.ENDED, "ended": at, "stage": (), "streams": (), "audience": 0}
        case AudienceMeasured():
            return {"audience": event.listeners}
        case StreamReady() if row.status is not Status.ENDED:
            return {"streams": _ready(row.streams, event)}
        case _:
            return {}


def _seated(stage: Seats, event: SpeakerAdmitted, at: datetime) -> Seats:
    """A new seat at the end, or another seat in the same place and since the same time."""
    if all(seat.person != event.person for seat in stage):
        return (*stage, SeatRow(person=event.person, seat=event.seat, since=at))
    return tuple(
        msgspec.structs.replace(seat, seat=event.seat) if seat.person == event.person else seat for seat in stage
    )


def _muted(stage: Seats, person: PersonId, *, muted: bool) -> Seats:
    return tuple(msgspec.structs.replace(seat, muted=muted) if seat.person == person else seat for seat in stage)


def _ready(streams: tuple[StreamRow, ...], event: StreamReady) -> tuple[StreamRow, ...]:
    others = (stream for stream in streams if stream.rendition != event.rendition)
    ready = StreamRow(rendition=event.rendition, path=event.path, codec=event.codec, bitrate=event.bitrate)
    return tuple(sorted((*others, ready), key=lambda stream: stream.rendition))
