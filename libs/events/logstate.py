"""What a log says: every room, programme and device after all its facts. Pure, and of use outside of Parlor too.

`fold(read_lines(file))` is the whole of it; a `Fold` goes on fact by fact. tests/replay holds all of this equal to the
services' own folds, over every log that was kept and over logs made at random.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Any, TypeAlias, get_args

import msgspec
from msgspec.structs import replace

from .envelope import Recorded
from .ids import DeviceId, Milliseconds, PersonId, ProgrammeId, RoomId, Samples, SourceId
from .media import Transport
from .playback import (
    DeviceSeen,
    PlaybackAsked,
    PlaybackEvent,
    PlaybackFailed,
    PlaybackFinished,
    PlaybackStarted,
    PlaybackStopped,
)
from .roomfold import MEDIA, PRESENCE, ROOMS, RoomFold
from .rooms import (
    PersonEvent,
    PersonForgotten,
    PersonRegistered,
    ProgrammeCreated,
    ProgrammeEvent,
    ProgrammeSwitchedOff,
    ProgrammeSwitchedOn,
    Seat,
)
from .vocabulary import AnyEvent

REMEMBERED_PLAYS = 8


class OnStage(msgspec.Struct, frozen=True, omit_defaults=True):
    """Somebody with a seat; `present` when they can be heard."""

    seat: Seat
    muted: bool = False
    present: bool = False


class Sender(msgspec.Struct, frozen=True, omit_defaults=True):
    """A source that has a place in the room, or is connected."""

    person: PersonId
    transport: Transport
    name: str = ""
    connected: bool = False


class RoomState(msgspec.Struct, frozen=True, omit_defaults=True):
    """One room, in one place. `sources` counts what is connected; `revision` is that of the room itself."""

    title: str
    status: str
    host: PersonId
    stage: dict[PersonId, OnStage] = {}
    listeners: int = 0
    epoch: int = 0
    renditions: tuple[str, ...] = ()
    sources: int = 0
    mediatime: Samples = Samples(0)
    kind: str = "open"
    programme: ProgrammeId | None = None
    invited: tuple[PersonId, ...] = ()
    hands: tuple[PersonId, ...] = ()
    senders: dict[SourceId, Sender] = {}
    speaking: tuple[PersonId, ...] = ()
    mixing: bool = False
    track: str = ""
    dead_air: bool = False
    revision: int = 0


class ProgrammeState(msgspec.Struct, frozen=True):
    """One series."""

    title: str
    on: bool


class Play(msgspec.Struct, frozen=True, omit_defaults=True):
    """One stream that a speaker was told to play; `start` is a moment in the past that the person asked for."""

    room: RoomId
    rendition: str
    attempt: int = 0
    start: Samples | None = None


class DeviceState(msgspec.Struct, frozen=True, omit_defaults=True):
    """One smart speaker: the last streams by token, which of them plays, and which room was left last and when."""

    locale: str = ""
    plays: dict[str, Play] = {}
    playing: str | None = None
    left: RoomId | None = None
    left_at: Milliseconds = Milliseconds(0)


class LogState(msgspec.Struct, frozen=True, omit_defaults=True):
    """Everything, with how often each type of fact was there. Whoever was forgotten is none of the `people`."""

    facts: int
    types: dict[str, int]
    rooms: dict[RoomId, RoomState]
    programmes: dict[ProgrammeId, ProgrammeState]
    people: int = 0
    devices: dict[DeviceId, DeviceState] = {}
    forgotten: tuple[PersonId, ...] = ()


Take: TypeAlias = Callable[[Any], None]
OF_ROOMS = {**ROOMS, **PRESENCE, **MEDIA}
AT_ONCE = 64


class Fold:
    """Folds a log in its order. Unknown types are only counted."""

    def __init__(self) -> None:
        self._types: Counter[str] = Counter()
        self._rooms: defaultdict[RoomId, RoomFold] = defaultdict(RoomFold)
        self._mediatimes: dict[str | None, Samples] = {}
        self._programmes: dict[ProgrammeId, ProgrammeState] = {}
        self._people: set[PersonId] = set()
        self._forgotten: set[PersonId] = set()
        self._devices: dict[DeviceId, DeviceState] = {}
        others: list[tuple[Any, Take]] = [
            (ProgrammeEvent, self._programme),
            (PersonEvent, self._person),
            (PlaybackEvent, self._device),
        ]
        self._others: dict[type, Take] = {kind: take for union, take in others for kind in get_args(union) or (union,)}

    def read(self, fact: Recorded[AnyEvent]) -> None:
        """Go on with one fact."""
        self.take((fact,))

    def take(self, facts: Sequence[Recorded[AnyEvent]]) -> None:
        """Go on with many: a batch of a log costs less than its facts one by one."""
        self._types.update([fact.envelope.type for fact in facts])
        rooms, mediatimes = self._rooms, self._mediatimes
        for fact in facts:
            envelope = fact.envelope
            event: Any = fact.event
            kind = type(event)
            take = OF_ROOMS.get(kind)
            if take is not None:
                room = rooms[event.room]
                take(room, event)
                if kind in ROOMS:
                    room.revision = envelope.revision
            elif kind in self._others:
                self._others[kind](event)
            else:
                continue
            mediatime = envelope.mediatime
            if mediatime is not None and mediatime > mediatimes.get(envelope.roomid, -1):
                mediatimes[envelope.roomid] = mediatime

    def _programme(self, event: ProgrammeEvent) -> None:
        before = self._programmes.get(event.programme, ProgrammeState(title="", on=False))
        self._programmes[event.programme] = evolve_programme(before, event)

    def _person(self, event: PersonEvent) -> None:
        match event:
            case PersonRegistered():
                self._people.add(event.person)
            case PersonForgotten():
                self._forgotten.add(event.person)

    def _device(self, event: PlaybackEvent) -> None:
        self._devices[event.device] = evolve_device(self._devices.get(event.device, DeviceState()), event)

    def state(self) -> LogState:
        """Everything as of the last fact that was read."""
        return LogState(
            self._types.total(),
            dict(sorted(self._types.items())),
            {room: self._shown(room) for room in sorted(self._rooms)},
            dict(sorted(self._programmes.items())),
            len(self._people - self._forgotten),
            dict(sorted(self._devices.items())),
            tuple(sorted(self._forgotten)),
        )

    def _shown(self, room: RoomId) -> RoomState:
        told = self._rooms[room]
        opened = told.opened
        return RoomState(
            title=opened.title if opened else "",
            status=told.status,
            host=opened.host if opened else PersonId(""),
            stage={who: OnStage(at.seat, at.muted, who in told.present) for who, at in told.stage.items()},
            listeners=told.listeners,
            epoch=told.epoch,
            renditions=told.renditions,
            sources=len(told.connected),
            mediatime=self._mediatimes.get(room, Samples(0)),
            kind=opened.kind.value if opened else "open",
            programme=opened.programme if opened else None,
            invited=tuple(sorted(told.invited)),
            hands=tuple(told.hands),
            senders=_senders(told),
            speaking=tuple(sorted({person for person, _ in told.speaking})),
            mixing=told.mixing,
            track=" · ".join(filter(None, (told.track.title, told.track.artist))) if told.track else "",
            dead_air=told.dead_air,
            revision=told.revision,
        )


def _senders(told: RoomFold) -> dict[SourceId, Sender]:
    places = {
        source: Sender(one.person, one.transport, one.name, source in told.connected)
        for source, one in told.registered.items()
    }
    others = {
        source: Sender(one.person, one.transport, connected=True)
        for source, one in told.connected.items()
        if source not in places
    }
    return dict(sorted((places | others).items()))


def evolve_programme(programme: ProgrammeState, event: ProgrammeEvent) -> ProgrammeState:
    """The programme after `event`."""
    match event:
        case ProgrammeCreated():
            return ProgrammeState(event.title, on=True)
        case ProgrammeSwitchedOff():
            return replace(programme, on=False)
        case ProgrammeSwitchedOn():
            return replace(programme, on=True)


def evolve_device(device: DeviceState, event: PlaybackEvent) -> DeviceState:
    """The speaker after `event`. Events of an older stream never end a newer one: they may come in any order."""
    match event:
        case DeviceSeen():
            return replace(device, locale=event.locale)
        case PlaybackAsked():
            play = Play(event.room, event.rendition, event.attempt, event.start)
            plays = {**device.plays, event.token: play}
            return replace(device, plays=dict(list(plays.items())[-REMEMBERED_PLAYS:]))
        case PlaybackStarted():
            known = event.token in (next(reversed(device.plays), None), device.playing)
            return replace(device, playing=event.token) if known else device
        case PlaybackStopped() | PlaybackFinished() | PlaybackFailed():
            playing = None if event.token == device.playing else device.playing
            return replace(device, playing=playing, left=event.room, left_at=event.at)


def fold(facts: Iterable[Recorded[AnyEvent]]) -> LogState:
    """What these facts add up to."""
    folding = Fold()
    following = iter(facts)
    while some := list(islice(following, AT_ONCE)):
        folding.take(some)
    return folding.state()
