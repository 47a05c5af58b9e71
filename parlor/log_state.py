"""What a log says: every room, programme and device after all its facts, by the services' own folds. Pure."""

from collections import Counter
from collections.abc import Iterable
from typing import TypeAlias, get_args

import msgspec

from libs.events.envelope import Recorded
from libs.events.event import Unknown
from libs.events.ids import PersonId, ProgrammeId, RoomId, Samples
from libs.events.media import MediaEvent, MixStarted, SourceConnected, SourceDisconnected, StreamReady
from libs.events.presence import PresenceEvent
from libs.events.rooms import ProgrammeEvent, RoomEvent, Seat
from libs.events.vocabulary import AnyEvent
from services.presence.state import Attendance
from services.presence.state import evolve as evolve_attendance
from services.rooms.state import Programme, Room, evolve, evolve_programme

RoomFact: TypeAlias = RoomEvent | PresenceEvent | MediaEvent


class OnStage(msgspec.Struct, frozen=True, omit_defaults=True):
    """Somebody with a seat."""

    seat: Seat
    muted: bool = False
    present: bool = False


class OnAir(msgspec.Struct, frozen=True):
    """What the mixer said about a room: the epoch, what listeners can get, who is connected."""

    epoch: int = 0
    renditions: frozenset[str] = frozenset()
    sources: frozenset[str] = frozenset()


class RoomState(msgspec.Struct, frozen=True, omit_defaults=True):
    """One room, in one place."""

    title: str
    status: str
    host: PersonId
    stage: dict[PersonId, OnStage] = {}
    listeners: int = 0
    epoch: int = 0
    renditions: tuple[str, ...] = ()
    sources: int = 0
    mediatime: Samples = Samples(0)


class ProgrammeState(msgspec.Struct, frozen=True):
    """One series."""

    title: str
    on: bool


class LogState(msgspec.Struct, frozen=True):
    """Everything, with how often each type of fact was there."""

    facts: int
    types: dict[str, int]
    rooms: dict[RoomId, RoomState]
    programmes: dict[ProgrammeId, ProgrammeState]


class Fold:
    """Folds a log in its order."""

    def __init__(self) -> None:
        self._types: Counter[str] = Counter()
        self._rooms: dict[RoomId, Room] = {}
        self._attendances: dict[RoomId, Attendance] = {}
        self._air: dict[RoomId, OnAir] = {}
        self._mediatimes: dict[RoomId, Samples] = {}
        self._programmes: dict[ProgrammeId, Programme] = {}

    def read(self, fact: Recorded[AnyEvent]) -> None:
        """Go on with one fact; unknown types are only counted."""
        event, envelope = fact.event, fact.envelope
        self._types[envelope.type] += 1
        if isinstance(event, Unknown):
            return
        if isinstance(event, get_args(ProgrammeEvent)):
            programme = self._programmes.get(event.programme, Programme())
            self._programmes[event.programme] = evolve_programme(programme, event)
        if isinstance(event, get_args(RoomFact)):
            self._of_room(event)
        if envelope.roomid is not None and envelope.mediatime is not None:
            room = RoomId(envelope.roomid)
            self._mediatimes[room] = max(envelope.mediatime, self._mediatimes.get(room, Samples(0)))

    def _of_room(self, event: RoomFact) -> None:
        room = event.room
        if isinstance(event, get_args(RoomEvent)):
            self._rooms[room] = evolve(self._rooms.get(room, Room()), event)
        elif isinstance(event, get_args(PresenceEvent)):
            self._attendances[room] = evolve_attendance(self._attendances.get(room, Attendance()), event)
        elif isinstance(event, get_args(MediaEvent)):
            self._air[room] = on_air(self._air.get(room, OnAir()), event)

    def state(self) -> LogState:
        """Everything as of the last fact that was read."""
        programmes = {
            programme: ProgrammeState(state.created.title, state.on)
            for programme, state in sorted(self._programmes.items())
            if state.created is not None
        }
        rooms = {room: self._room(room) for room in sorted(self._rooms)}
        return LogState(self._types.total(), dict(sorted(self._types.items())), rooms, programmes)

    def _room(self, room: RoomId) -> RoomState:
        state, attendance = self._rooms[room], self._attendances.get(room, Attendance())
        air = self._air.get(room, OnAir())
        stage = {
            person: OnStage(place.seat, place.muted, person in attendance.present)
            for person, place in state.stage.items()
        }
        return RoomState(
            title=state.opened.title if state.opened else "",
            status=state.status.value,
            host=state.host,
            stage=stage,
            listeners=attendance.listeners,
            epoch=air.epoch,
            renditions=tuple(sorted(air.renditions)),
            sources=len(air.sources),
            mediatime=self._mediatimes.get(room, Samples(0)),
        )


def on_air(air: OnAir, event: MediaEvent) -> OnAir:
    """What is on air after `event`."""
    match event:
        case MixStarted():
            return OnAir(event.epoch, frozenset(), air.sources)
        case StreamReady():
            return msgspec.structs.replace(air, renditions=air.renditions | {event.rendition})
        case SourceConnected():
            return msgspec.structs.replace(air, sources=air.sources | {event.source})
        case SourceDisconnected():
            return msgspec.structs.replace(air, sources=air.sources - {event.source})
        case _:  # what was said, played or missed on air does not change what is on it
            return air


def fold(facts: Iterable[Recorded[AnyEvent]]) -> LogState:
    """What these facts add up to."""
    folding = Fold()
    for fact in facts:
        folding.read(fact)
    return folding.state()
