"""Logs made at random by the services' own rules, for tests of what must hold of any log.

Two rooms, a few people, programmes, sources and speakers; whatever anybody asks is decided as the rooms service does
it, and refusals lead to no fact. What media, presence and the gateway say is theirs to know, so it is any of their
facts about rooms that there are. Clocks differ a little, strings are whatever people write.

    @given(st.data())
    def test_…(data): facts = random_log(data)
"""

from collections.abc import Callable, Hashable, Iterator
from enum import StrEnum
from functools import cache, partial, reduce
from typing import Any, TypeVar, get_args

import msgspec
from hypothesis import settings
from hypothesis import strategies as st

from libs.events.envelope import Recorded, decode, encode
from libs.events.folded import Head
from libs.events.ids import (
    CommandId,
    DeviceId,
    EvidenceId,
    Lufs,
    Milliseconds,
    PersonId,
    Position,
    ProgrammeId,
    RoomId,
    Samples,
    SourceId,
)
from libs.events.ledger import Cause, write
from libs.events.media import (
    EvidenceFrozen,
    MediaEvent,
    MixStarted,
    MixStopped,
    SourceConnected,
    SourceDisconnected,
    SourceMisbehaved,
    SourceRegistered,
    SourceStalled,
)
from libs.events.playback import DeviceSeen, PlaybackAsked, PlaybackEvent
from libs.events.presence import PresenceEvent
from libs.events.refusal import Refusal
from libs.events.sealed import Sealed, sealed
from libs.events.subjects import Aggregate, room
from libs.events.text import Text
from libs.events.vocabulary import AnyEvent
from services.rooms.commands import (
    Ask,
    CreateProgramme,
    EndRoom,
    LeaveStage,
    LowerHand,
    MoveToAudience,
    OpenRoom,
    ProgrammeVerb,
    RegisterPerson,
    RoomVerb,
    UnmuteSpeaker,
)
from services.rooms.decide import decide
from services.rooms.persons import decide_person, forget
from services.rooms.programmes import decide_programme
from services.rooms.state import Person, Programme, Room, evolve, evolve_person, evolve_programme

BEGIN = 1_764_000_000_000
ROOMS = [RoomId("roomofjazz234567"), RoomId("roomoftalk234567")]
OPENED = {str(ROOMS[0]): BEGIN - 3_600_000, str(ROOMS[1]): BEGIN}
"""When each room's media time was 0."""
PROGRAMMES = [ProgrammeId("noonprogramme234"), ProgrammeId("nightprogramme23")]
PEOPLE = [PersonId(f"{name * 5}2") for name in ("ana", "ben", "cai", "dee")]
SOURCES = [SourceId(f"sourcesource222{n}") for n in range(2, 5)]
EVIDENCE = [EvidenceId(f"evidence2222222{n}") for n in range(2, 4)]
DEVICES = [DeviceId("kitchenecho22222"), DeviceId("bathroomecho2222")]

titles = st.one_of(
    st.sampled_from(["Jazz at night", "Très tard – “live”", "夜のジャズ", "O'Neil & \\ Sons", "🎷 late", "x" * 80]),
    st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=12),
)
words = st.text(max_size=12)
VALUES: dict[Any, st.SearchStrategy[Any]] = {
    RoomId: st.sampled_from(ROOMS),
    ProgrammeId: st.sampled_from(PROGRAMMES),
    PersonId: st.sampled_from(PEOPLE),
    SourceId: st.sampled_from(SOURCES),
    EvidenceId: st.sampled_from(EVIDENCE),
    DeviceId: st.sampled_from(DEVICES),
    Sealed: st.builds(sealed, st.sampled_from(PEOPLE), st.binary(min_size=28, max_size=60)),
    Milliseconds: st.integers(0, 20_000),
    Lufs: st.integers(-32, -8),
    Samples: st.integers(0, 1 << 40),
    int: st.integers(0, (1 << 31) - 1),
    str: words,
    Text.FREE: words,
    Text.TERM: st.sampled_from(["mp3", "aac", "aac-lc", "room-ended", "MEDIA_ERROR_UNKNOWN"]),
    Text.LANGUAGE: st.sampled_from(["en-US", "de-DE", "fr"]),
    bool: st.booleans(),
    Text.HANDLE: st.sampled_from([f"token-{n}" for n in range(9)]),
    Text.ROUTE: st.sampled_from([f"/live/{each}.mp3" for each in ROOMS]),
    "title": titles,
    "aliases": st.lists(titles, max_size=2).map(tuple),
    "language": st.sampled_from(["en-US", "de-DE", "fr"]),
    "automation": st.sampled_from(["house", "Jazz – late", "夜"]),
    "epoch": st.integers(1, 3),
    "own_mixes": st.integers(0, 51),
}

ORDINARY, QUICKLY, SHOWN = 100, 20, 20_000
"""Examples of a log that an ordinary run looks at; `make soak` looks at all that its profile says."""

SAID = (*get_args(MediaEvent), *get_args(PresenceEvent))
S = TypeVar("S")


@cache
def any_of(kind: type[msgspec.Struct]) -> st.SearchStrategy[Any]:
    """Any struct of this class."""
    return st.builds(kind, **{field.name: values(field) for field in msgspec.structs.fields(kind)})


@cache
def any_of_these(kinds: tuple[type[msgspec.Struct], ...]) -> st.SearchStrategy[Any]:
    """Any struct of one of these classes."""
    return st.sampled_from(kinds).flatmap(any_of)


def values(field: msgspec.structs.FieldInfo) -> st.SearchStrategy[Any]:
    """Whatever may stand in a field of a fact or a command, by its name or its type."""
    known = VALUES.get(field.name)
    if known is None:
        known = next(found for kind in within(field.type) if (found := of_type(kind)) is not None)
    return known if field.required else st.one_of(st.just(field.default), known)


def within(kind: Any) -> Iterator[Any]:
    """A type, what is said about it, and what it is made of."""
    yield from (kind, *getattr(kind, "__metadata__", ()))
    for part in (*get_args(kind), getattr(kind, "__origin__", None)):
        if part is not None and part is not kind:
            yield from within(part)


def of_type(kind: Any) -> st.SearchStrategy[Any] | None:
    """Values of a type that we know."""
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return st.sampled_from(list(kind))
    return VALUES.get(kind) if isinstance(kind, Hashable) else None


class Facts(list[Recorded[AnyEvent]]):
    """A log; a test that fails shows it as the JSON Lines that it would be in a file, if it is not too long."""

    def __repr__(self) -> str:
        return "\n" + "\n".join(fact.line.decode() for fact in self)[:SHOWN]


class Asked(msgspec.Struct, frozen=True):
    """What somebody asks or says about something; `rule` is the decision, from what its owner knows by then."""

    about: Aggregate
    cause: Cause
    rule: Callable[[Any], list[Any]]


FOLDS: dict[tuple[str, str], tuple[Callable[[Any, Any], Any], Any]] = {
    ("rooms", "room"): (evolve, Room()),
    ("rooms", "programme"): (evolve_programme, Programme()),
    ("rooms", "person"): (evolve_person, Person()),
}
"""By owner and kind of thing, what decisions are made from."""


class Known:
    """What the rooms service knows."""

    def __init__(self) -> None:
        self.states: dict[Aggregate, Any] = {}

    def of(self, about: Aggregate) -> Any:
        """The state of a room, a programme or a person; None of what nobody decides about."""
        _, initial = FOLDS.get((about.owner, about.kind), (None, None))
        return self.states.get(about, initial)

    @property
    def rooms(self) -> list[str]:
        """Those that were asked for, in order."""
        return sorted(about.id for about in self.states if about.kind == "room")


class Told:
    """A log as it is written, decision by decision."""

    def __init__(self) -> None:
        self.facts = Facts()
        self.known = Known()
        self._heads: dict[Aggregate, Head] = {}

    def decide(self, asked: Asked) -> None:
        """Facts, or none."""
        about, state = asked.about, self.known.of(asked.about)
        facts = decided(asked.rule, state)
        fold, _ = FOLDS.get((about.owner, about.kind), (None, None))
        if fold is not None:
            self.known.states[about] = reduce(fold, facts, state)
        for envelope in write(about, facts, self._heads.get(about, Head()), asked.cause):
            fact = decode(encode(envelope), Position(len(self.facts) + 1))
            self.facts.append(fact)
            self._heads[about] = Head(
                envelope.revision, fact.position, fact.digest, envelope.mediatime, envelope.roomid
            )


class Evening:
    """Draws what is asked or said next, by what is known by then."""

    def __init__(self, draw: Callable[[st.SearchStrategy[Any]], Any], known: Known) -> None:
        self._known = known
        self._draw = draw
        self._now = BEGIN
        self._asked = 0

    def _cause(self, actor: str | None, room_id: str | None = None, **told: Any) -> Cause:
        self._asked += 1
        self._now += self._draw(st.integers(-50, 5_000))
        clock = Samples((self._now - OPENED[room_id]) * 48) if room_id else None
        return Cause(
            id=CommandId(f"{self._draw(st.sampled_from(['', 'sign-in/', 'ask ü ']))}{self._asked}"),
            correlationid=f"evening {self._asked // 3}",
            via=self._draw(st.sampled_from(["http", "page", "alexa"])),
            now=Milliseconds(self._now),
            actor=actor,
            roomid=room_id,
            mediatime=None if clock is None else max(Samples(0), clock),
            traceparent=self._draw(st.sampled_from([None, f"00-{self._asked:032x}-{self._asked:016x}-01"])),
            **told,
        )

    def next(self) -> Asked | None:
        """One step; None when there is nothing to say yet."""
        asked: Asked | None = self._draw(st.sampled_from(WEIGHTS))(self)
        return asked

    def somebody_asks_in_a_room(self) -> Asked:
        """As the rooms service decides it; to open one is asked more often than the rest."""
        by, of = self._draw(VALUES[PersonId]), self._draw(VALUES[RoomId])
        known: Room = self._known.of(room(of))
        if known.opened is None:
            what = msgspec.structs.replace(self._draw(any_of(OpenRoom)), room=of)
        else:
            what = self._draw(any_of(self._draw(st.sampled_from(likely(known)))))
            concerned = [known.host, by, *known.stage, *known.invited, *known.hands]
            by = self._draw(st.sampled_from(concerned))
            if hasattr(what, "person"):
                what = msgspec.structs.replace(what, person=self._draw(st.sampled_from(concerned)))
        return Asked(room(of), self._cause(by, of, role=known.role(by)), partial(decide, Ask(by=by, of=of, what=what)))

    def somebody_asks_of_a_programme(self) -> Asked:
        """Made, switched off, switched on."""
        by, of = self._draw(VALUES[PersonId]), self._draw(VALUES[ProgrammeId])
        about = Aggregate("rooms", of, "programme", of)
        known: Programme = self._known.of(about)
        what = self._draw(any_of_these(get_args(ProgrammeVerb)))
        by = known.created.owner if known.created else by
        if isinstance(what, CreateProgramme):
            what = msgspec.structs.replace(what, programme=of)
        return Asked(about, self._cause(by), partial(decide_programme, Ask(by=by, of=of, what=what)))

    def somebody_comes_or_is_forgotten(self) -> Asked:
        """Registered at most once, forgotten at most once."""
        who = self._draw(VALUES[PersonId])
        rule: Callable[[Any], list[Any]] = partial(forget, who)
        if self._draw(st.integers(0, 5)):
            rule = partial(decide_person, Ask(by=who, of=who, what=RegisterPerson()))
        return Asked(Aggregate("rooms", who, "person", who), self._cause(who), rule)

    def media_or_presence_says_something(self) -> Asked | None:
        """About a room that was asked for."""
        if not self._known.rooms:
            return None
        of = RoomId(self._draw(st.sampled_from(self._known.rooms)))
        fact = self._draw(any_of_these(SAID))
        said = msgspec.structs.replace(fact, room=of)
        return Asked(said_about(said), self._cause(None, of), lambda _: [said])

    def a_speaker_says_something(self) -> Asked:
        """The first time it is seen and asked in one decision."""
        of = self._draw(VALUES[DeviceId])
        about = Aggregate("playback", of, "device", of)
        fact = msgspec.structs.replace(self._draw(any_of_these(get_args(PlaybackEvent))), device=of)
        facts = [fact]
        if isinstance(fact, DeviceSeen):
            facts.append(msgspec.structs.replace(self._draw(any_of(PlaybackAsked)), device=of))
        heard = self._draw(st.one_of(st.none(), VALUES[Samples]))
        return Asked(about, self._cause(of, self._draw(VALUES[RoomId]), heardat=heard), lambda _: facts)


def likely(known: Room) -> list[Any]:
    """Everything that may be asked of a room; more often what there is something to do about, seldom its end."""
    verbs = [*get_args(RoomVerb)] * 2
    verbs += [LowerHand] * 8 * bool(known.hands)
    verbs += [LeaveStage, MoveToAudience] * 4 * (bool(known.invited) + (len(known.stage) > 1))
    verbs += [UnmuteSpeaker] * 8 * any(place.muted for place in known.stage.values())
    verbs.remove(EndRoom)
    return verbs


def said_about(fact: MediaEvent | PresenceEvent) -> Aggregate:
    """What of the room a fact is about."""
    if isinstance(fact, PresenceEvent):
        return room(fact.room, "presence", "attendance")
    if isinstance(fact, SourceRegistered | SourceConnected | SourceDisconnected | SourceMisbehaved | SourceStalled):
        return Aggregate("media", fact.room, "source", fact.source)
    if isinstance(fact, EvidenceFrozen):
        return Aggregate("media", fact.room, "evidence", fact.evidence)
    return room(fact.room, "media", "mix" if isinstance(fact, MixStarted | MixStopped) else "output")


def decided(rule: Callable[[Any], list[Any]], known: Any) -> list[Any]:
    """The facts; none when it is refused."""
    try:
        return rule(known)
    except Refusal:
        return []


WEIGHTS = (
    *(Evening.somebody_asks_in_a_room,) * 4,
    *(Evening.media_or_presence_says_something,) * 4,
    *(Evening.a_speaker_says_something,) * 2,
    Evening.somebody_asks_of_a_programme,
    Evening.somebody_comes_or_is_forgotten,
)


@st.composite
def logs(draw: st.DrawFn, at_most: int = 40) -> list[Recorded[AnyEvent]]:
    """A log of so many steps; a step is a decision, and may lead to nothing."""
    told = Told()
    evening = Evening(draw, told.known)
    for _ in range(draw(st.integers(0, at_most))):
        asked = evening.next()
        if asked is not None:
            told.decide(asked)
    return told.facts


def some(at_most: int = QUICKLY) -> settings:
    """How many logs a test looks at."""
    ordinary = settings.default is None or settings.default.max_examples <= ORDINARY
    return settings(max_examples=at_most) if ordinary else settings()


def random_log(data: st.DataObject) -> list[Recorded[AnyEvent]]:
    """Any log."""
    drawn: list[Recorded[AnyEvent]] = data.draw(logs())
    return drawn
