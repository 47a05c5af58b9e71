"""What `libs.events.logstate` says of a log is what the services themselves fold: of kept logs and of any others."""

from collections.abc import Iterator
from enum import StrEnum
from itertools import product
from pathlib import Path
from random import Random
from typing import Any, cast, get_args

import msgspec
import pytest

from libs.events.envelope import Recorded
from libs.events.event import Event, Unknown
from libs.events.folded import Head
from libs.events.ids import CommandId, DeviceId, Milliseconds, PersonId, Position, ProgrammeId, RoomId, SourceId
from libs.events.ledger import Cause, write
from libs.events.logstate import REMEMBERED_PLAYS, Fold, LogState, RoomState, fold
from libs.events.media import MediaEvent
from libs.events.playback import PlaybackEvent
from libs.events.presence import PresenceEvent
from libs.events.replay import read_lines
from libs.events.rooms import PersonEvent, ProgrammeEvent, RoomEvent
from libs.events.sealed import Sealed, sealed
from libs.events.subjects import Aggregate
from libs.events.vocabulary import CLASSES, AnyEvent
from services.alexa_gateway.state import Device, evolve_device
from services.media.state import Gone, Stage
from services.media.state import evolve as evolve_stage
from services.presence.state import Attendance
from services.presence.state import evolve as evolve_attendance
from services.rooms.state import Person, Programme, Room, evolve, evolve_person, evolve_programme

LOGS = sorted(Path(__file__).parent.glob("*.jsonl"))


class Services:
    """Every service's own folds, side by side."""

    def __init__(self) -> None:
        self.rooms: dict[RoomId, Room] = {}
        self.stages: dict[RoomId, Stage] = {}
        self.attendances: dict[RoomId, Attendance] = {}
        self.programmes: dict[ProgrammeId, Programme] = {}
        self.devices: dict[DeviceId, Device] = {}
        self.people: dict[PersonId, Person] = {}

    def read(self, event: AnyEvent) -> None:
        if isinstance(event, RoomEvent):
            self.rooms[event.room] = evolve(self.rooms.get(event.room, Room()), event)
        if isinstance(event, RoomEvent | MediaEvent):
            self.stages[event.room] = evolve_stage(self.stages.get(event.room, Stage()), event)
        if isinstance(event, PresenceEvent):
            known = self.attendances.get(event.room, Attendance())
            self.attendances[event.room] = evolve_attendance(known, event)
        if isinstance(event, ProgrammeEvent):
            known_programme = self.programmes.get(event.programme, Programme())
            self.programmes[event.programme] = evolve_programme(known_programme, event)
        if isinstance(event, PlaybackEvent):
            self.devices[event.device] = evolve_device(self.devices.get(event.device, Device()), event)
        if isinstance(event, PersonEvent):
            self.people[event.person] = evolve_person(self.people.get(event.person, Person()), event)


def holds_equal(state: LogState, services: Services) -> None:
    """Every word of the one is the other's."""
    assert set(state.rooms) == services.rooms.keys() | services.stages.keys() | services.attendances.keys()
    for room, shown in state.rooms.items():
        as_rooms_says(shown, services.rooms.get(room, Room()))
        as_media_says(shown, services.stages.get(room, Stage()))
        attendance = services.attendances.get(room, Attendance())
        assert shown.listeners == attendance.listeners
        assert {who for who, place in shown.stage.items() if place.present} == attendance.present & set(shown.stage)
    assert {programme: one.on for programme, one in state.programmes.items()} == {
        programme: one.on for programme, one in services.programmes.items()
    }
    people = services.people.items()
    assert state.people == sum(one.registered and not one.forgotten for _, one in people)
    assert state.forgotten == tuple(sorted(who for who, one in people if one.forgotten))
    assert set(state.devices) == set(services.devices)
    for name, device in services.devices.items():
        told = state.devices[name]
        assert (told.playing, told.left, told.left_at) == (device.playing, device.left, device.left_at)
        assert msgspec.to_builtins(told.plays) == {
            token: {key: value for key, value in msgspec.to_builtins(play).items() if value not in (None, 0)}
            | ({"start": play.start} if play.start is not None else {})
            for token, play in device.plays.items()
        }


def as_rooms_says(shown: RoomState, room: Room) -> None:
    assert shown.status == room.status.value
    assert [(who, at.seat, at.muted) for who, at in shown.stage.items()] == [
        (who, at.seat, at.muted) for who, at in room.stage.items()
    ]
    assert set(shown.invited) == room.invited
    assert shown.hands == tuple(room.hands)
    if room.opened is not None:
        assert (shown.title, shown.host, shown.programme) == (room.opened.title, room.host, room.opened.programme)
        assert shown.kind == room.opened.kind.value


def as_media_says(shown: RoomState, stage: Stage) -> None:
    assert (shown.epoch, shown.mixing) == (stage.epoch, stage.mixing)
    assert set(shown.renditions) == {rendition for rendition, epoch in stage.ready if epoch == stage.epoch}
    assert {source for source, one in shown.senders.items() if one.connected} == stage.connected
    assert shown.sources == len(stage.connected)
    assert set(shown.senders) == stage.sources.keys() | stage.connected
    for source, registered in stage.sources.items():
        assert (shown.senders[source].person, shown.senders[source].name) == (registered.person, registered.name)


@pytest.mark.parametrize("file", LOGS, ids=[file.stem for file in LOGS])
def test_over_every_prefix_of_a_kept_log_it_says_what_the_services_fold(file: Path) -> None:
    folding, services = Fold(), Services()
    for fact in read_lines(file.read_bytes().splitlines()):
        folding.read(fact)
        services.read(fact.event)
        holds_equal(folding.state(), services)


FEW: dict[Any, list[Any]] = {
    RoomId: [RoomId("roomroomroom1"), RoomId("roomroomroom2")],
    ProgrammeId: [ProgrammeId("programme0001")],
    PersonId: [PersonId(f"personperson{n}") for n in range(3)],
    SourceId: [SourceId(f"sourcesource{n}") for n in range(3)],
    Sealed: [sealed(PersonId("personperson1"), bytes(28))],
    DeviceId: [DeviceId(f"devicedevice{n}") for n in range(2)],
}
WORDS: dict[str, list[Any]] = {
    "rendition": ["mp3", "aac"],
    "epoch": [1, 2],
    "listeners": [0, 7],
    "reason": [reason.value for reason in Gone],
    "token": [f"token-{n}" for n in range(REMEMBERED_PLAYS + 1)],
    "at": [0, 5],
    "start": [None, 96_000],
    "automation": [None],
    "aliases": [()],
}
AT_MOST = 60
"""So many different facts of one type are enough; the first few of all combinations in a mixed order."""


def facts_of(kind: type[Event]) -> list[Recorded[AnyEvent]]:
    """Facts of this type about a few rooms, people and devices, so that facts meet."""
    fields = msgspec.structs.fields(kind)
    combinations = list(product(*(values(field) for field in fields)))
    Random(kind.tag).shuffle(combinations)  # noqa: S311 - the same order each time, no secret
    names = [field.name for field in fields]
    return [recorded(cast("AnyEvent", kind(**dict(zip(names, each, strict=True))))) for each in combinations[:AT_MOST]]


def values(field: msgspec.structs.FieldInfo) -> list[Any]:
    """What stands in this field."""
    kinds = (field.type, *get_args(field.type))
    if field.name in WORDS:
        return WORDS[field.name]
    for kind in kinds:
        if kind in FEW:
            return FEW[kind] if field.required else [None, *FEW[kind]]
        if isinstance(kind, type) and issubclass(kind, StrEnum):
            return list(kind)
    return ["words"] if str in kinds else [1]


def recorded(event: AnyEvent) -> Recorded[AnyEvent]:
    cause = Cause(id=CommandId("any"), correlationid="any", via="test", now=Milliseconds(0))
    [envelope] = write(Aggregate("rooms", "scopescope", "thing", "scopescope"), [event], Head(), cause)
    return Recorded(position=Position(1), envelope=envelope, event=event, line=b"")


POOL = {kind: facts_of(kind) for kind in CLASSES}
FAMILIES: list[tuple[type[Event], ...]] = [
    CLASSES,
    *map(get_args, (RoomEvent, ProgrammeEvent, PersonEvent, MediaEvent, PlaybackEvent)),
]
LOGS_EACH = 60


def any_log(chance: Random) -> Iterator[Recorded[AnyEvent]]:
    """A log of a few types, mostly of one owner's, so that facts that have to do with each other meet often."""
    family = chance.choice(FAMILIES)
    few = chance.sample(family, min(len(family), chance.randint(3, 8)))
    for _ in range(40):
        yield chance.choice(POOL[chance.choice(few)])


@pytest.mark.parametrize("seed", range(10))
def test_at_every_fact_of_any_log_however_unlikely_it_says_what_the_services_fold(seed: int) -> None:
    chance = Random(seed)  # noqa: S311 - the same logs each time, no secret
    for _ in range(LOGS_EACH):
        folding, services = Fold(), Services()
        for fact in any_log(chance):
            folding.read(fact)
            services.read(fact.event)
            holds_equal(folding.state(), services)


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.tag)
def test_a_fact_of_any_type_tells_of_something(kind: type[Event]) -> None:
    state = fold(POOL[kind][:1])

    assert state.rooms or state.programmes or state.people or state.forgotten or state.devices


def test_a_fact_of_an_unknown_type_is_only_counted() -> None:
    assert fold([recorded(Unknown())]) == LogState(1, {"unknown": 1}, {}, {})
