"""Commands to facts: derive who asks in which role, when in media time, let a rule decide, write.

The same handlers take commands from NATS and from HTTP. A copy in memory may be behind another replica's facts: an
append finds that out by its expectation, and before anything is refused, or found to be done already, the aggregate
is read again.
"""

import time
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import TypeAlias, TypeVar, get_args

from libs.events.command import Accepted, Command
from libs.events.event import Event
from libs.events.fresh import fresh_command_id
from libs.events.ids import CommandId, MalformedId, Milliseconds, PersonId, RoomId, Samples, checked_id
from libs.events.ledger import Cause, Ledger
from libs.events.log import EventLog
from libs.events.refusal import Refusal
from libs.events.rooms import PersonEvent, ProgrammeEvent, RoomEvent
from libs.events.snapshot import Snapshots
from libs.events.subjects import Aggregate
from libs.service.commands import MalformedCommand, data_of, subject_of
from libs.service.mediaclock import MediaClock
from libs.service.tracing import current
from services.rooms.commands import (
    Ask,
    CreateProgramme,
    EndRoom,
    OpenRoom,
    ProgrammeVerb,
    RegisterPerson,
    RoomVerb,
)
from services.rooms.decide import decide
from services.rooms.persons import decide_person
from services.rooms.programmes import decide_programme, require_owner
from services.rooms.state import Person, Programme, Room, evolve, evolve_person, evolve_programme

Handler: TypeAlias = Callable[[Command], Awaitable[Accepted]]
S = TypeVar("S")
E = TypeVar("E", bound=Event)


class Handlers:
    """Everything that may be asked of the rooms service, by the command's name."""

    def __init__(self, log: EventLog, clock: MediaClock, snapshots: Snapshots | None = None) -> None:
        self._clock = clock
        self.rooms: Ledger[Room, RoomEvent] = Ledger(log, evolve, Room(), snapshots)
        self.programmes: Ledger[Programme, ProgrammeEvent] = Ledger(log, evolve_programme, Programme(), snapshots)
        self.persons: Ledger[Person, PersonEvent] = Ledger(log, evolve_person, Person())

    def by_name(self) -> Mapping[str, Handler]:
        """The table for `serve_commands`."""
        return {
            **{verb.__name__: partial(self._room, verb) for verb in get_args(RoomVerb)},
            **{verb.__name__: partial(self._programme, verb) for verb in get_args(ProgrammeVerb)},
            RegisterPerson.__name__: self._person,
        }

    async def register(self, person: PersonId) -> None:
        """Somebody signed in: write so, once for each person."""
        about = person_of(person)
        command = Command(
            id=CommandId(f"sign-in/{person}"),
            subject=about.name,
            actor=person,
            via="sign-in",
            correlationid=fresh_command_id(),
            traceparent=current(),
        )
        await self._person(command)

    async def _room(self, verb: type[RoomVerb], command: Command) -> Accepted:
        about = _about(command, "room")
        what, by = data_of(command, verb), _by(command)
        if isinstance(what, OpenRoom):
            await self._opens(what, by, about)
        folded = await self.rooms.get(about)
        role = "host" if isinstance(what, OpenRoom) else folded.state.role(by)
        cause = _cause(command, role, roomid=about.id, mediatime=self._mediatime(RoomId(about.id), what))
        ask = Ask(by=by, of=about.id, what=what)
        accepted = await _record(self.rooms, about, cause, partial(decide, ask))
        self._follow_clock(RoomId(about.id), what)
        if isinstance(what, EndRoom):
            self.rooms.forget(about)
        return accepted

    async def _opens(self, what: OpenRoom, by: PersonId, about: Aggregate) -> None:
        if what.room != about.id:
            raise MalformedCommand(f"the subject names room {about.id}, the data {what.room}")
        if what.programme is not None:
            programme = await self.programmes.reload(programme_of(what.programme))
            require_owner(by, what.programme, programme.state)

    def _mediatime(self, room: RoomId, what: RoomVerb) -> Samples | None:
        return Samples(0) if isinstance(what, OpenRoom) else self._clock.at(room, time.monotonic())

    def _follow_clock(self, room: RoomId, what: RoomVerb) -> None:
        if isinstance(what, OpenRoom):
            self._clock.opened(room, time.monotonic())
        if isinstance(what, EndRoom):
            self._clock.ended(room)

    async def _programme(self, verb: type[ProgrammeVerb], command: Command) -> Accepted:
        about = _about(command, "programme")
        what, by = data_of(command, verb), _by(command)
        if isinstance(what, CreateProgramme) and what.programme != about.id:
            raise MalformedCommand(f"the subject names programme {about.id}, the data {what.programme}")
        ask = Ask(by=by, of=about.id, what=what)
        return await _record(self.programmes, about, _cause(command, None), partial(decide_programme, ask))

    async def _person(self, command: Command) -> Accepted:
        about = _about(command, "person")
        ask = Ask(by=_by(command), of=about.id, what=data_of(command, RegisterPerson))
        return await _record(self.persons, about, _cause(command, None), partial(decide_person, ask))


def programme_of(identity: str) -> Aggregate:
    """A programme, its own scope."""
    return Aggregate("rooms", identity, "programme", identity)


def person_of(identity: str) -> Aggregate:
    """A person, their own scope."""
    return Aggregate("rooms", identity, "person", identity)


def _about(command: Command, kind: str) -> Aggregate:
    about = subject_of(command, "rooms")
    if about != Aggregate("rooms", about.id, kind, about.id):
        raise MalformedCommand(f"the subject of this command is <id>/{kind}-<id>, not {command.subject[:80]!r}")
    return about


def _by(command: Command) -> PersonId:
    try:
        return PersonId(checked_id(command.actor))
    except MalformedId as fault:
        raise MalformedCommand(f"a command's actor is a person: {fault}") from fault


def _cause(command: Command, role: str | None, *, roomid: str | None = None, mediatime: Samples | None = None) -> Cause:
    return Cause(
        id=command.id,
        correlationid=command.correlationid,
        via=command.via,
        now=Milliseconds(time.time_ns() // 1_000_000),
        actor=command.actor,
        role=role,
        roomid=roomid,
        mediatime=mediatime,
        heardat=command.heardat,
        traceparent=command.traceparent,
        expected=command.expected,
    )


async def _record(ledger: Ledger[S, E], about: Aggregate, cause: Cause, rule: Callable[[S], list[E]]) -> Accepted:
    """Write what the rule says. "No" and "nothing to do" are only believed of the aggregate as the log has it."""
    head = (await ledger.get(about)).head
    try:
        accepted = await ledger.record(about, cause, rule)
    except Refusal:
        if (await ledger.reload(about)).head == head:
            _forget_if_nothing(ledger, about, head.revision)
            raise
    else:
        if accepted.events or (await ledger.reload(about)).head == head:
            return accepted
    return await ledger.record(about, cause, rule)


def _forget_if_nothing(ledger: Ledger[S, E], about: Aggregate, revision: int) -> None:
    """Ids that nobody ever used must not fill the memory."""
    if revision == 0:
        ledger.forget(about)
