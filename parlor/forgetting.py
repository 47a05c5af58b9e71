"""Forgetting a person: what they are in the middle of ends, what is kept of them goes, the log says so.

In an order that can be broken off anywhere and done again: data before the fact, so that a service which learns the
fact finds nothing any more; files last, as they are only what deleted rows leave behind.
"""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial

import msgspec

from libs.events import subjects
from libs.events.embedded.faults import Fault
from libs.events.fresh import fresh_command_id
from libs.events.ids import Milliseconds, PersonId, RoomId
from libs.events.ledger import Cause, Ledger
from libs.events.log import EventLog
from libs.events.rooms import PersonEvent, RoomEvent
from libs.service.database import AsyncEngine, engine, migrate, raw
from libs.service.database_wal import overwrite
from libs.service.forgetting_kept import erase, known, rewrite
from parlor.logbook import logbook
from services.rooms.commands import Ask, EndRoom, LeaveStage
from services.rooms.decide import decide
from services.rooms.handle import person_of
from services.rooms.house import PERSON as HOUSE
from services.rooms.persons import forget
from services.rooms.state import Person, Room, evolve, evolve_person


class NobodyThere(Fault):
    """No such person, or one who can't be forgotten."""


class Goings(msgspec.Struct, frozen=True, kw_only=True):
    """Rooms that are not over: those that somebody hosts, and those on whose stage they sit."""

    hosts: tuple[RoomId, ...] = ()
    sits: tuple[RoomId, ...] = ()


class Forgetting:
    """One person, at one installation."""

    def __init__(self, person: PersonId, log: EventLog, database: AsyncEngine) -> None:
        self.person = person
        self._database = database
        self._rooms: Ledger[Room, RoomEvent] = Ledger(log, evolve, Room())
        self._persons: Ledger[Person, PersonEvent] = Ledger(log, evolve_person, Person())

    async def look(self) -> Goings:
        """What ends with it. Raises NobodyThere."""
        if self.person == HOUSE:
            raise NobodyThere(f"{HOUSE} is the house and no person: HOUSE_PROGRAMME=off ends its programme")
        async with raw(self._database) as connection:
            here = await known(connection, self.person)
            hosts = await connection.fetch(HOSTED, self.person)
            sits = await connection.fetch(SEATED, self.person)
        registered = (await self._persons.reload(person_of(self.person))).state != Person()
        if not (here or registered):
            raise NobodyThere(
                f"nobody with the id {self.person} was ever here; the page's cards and the log have the ids"
            )
        return Goings(hosts=tuple(row["room"] for row in hosts), sits=tuple(row["room"] for row in sits))

    async def do(self) -> str | None:
        """All of it. None, or why old rows may still be in the database's write-ahead log."""
        goings = await self.look()
        for room in goings.hosts:
            await self._ask(room, EndRoom())
        for room in goings.sits:
            await self._ask(room, LeaveStage())
        async with raw(self._database) as connection, connection.transaction():
            await erase(connection, [self.person])
        await self._persons.record(person_of(self.person), self._cause(), partial(forget, self.person))
        async with raw(self._database) as connection:
            await rewrite(connection)
            return await overwrite(connection)

    async def _ask(self, room: RoomId, what: EndRoom | LeaveStage) -> None:
        rule: Callable[[Room], list[RoomEvent]] = partial(decide, Ask(by=self.person, of=room, what=what))
        await self._rooms.record(subjects.room(room), self._cause(room), rule)

    def _cause(self, room: RoomId | None = None) -> Cause:
        now = Milliseconds(time.time_ns() // 1_000_000)
        identity = fresh_command_id()
        return Cause(id=identity, correlationid=identity, via="forget", now=now, role="operator", roomid=room)


@asynccontextmanager
async def forgetting(person: PersonId) -> AsyncIterator[Forgetting]:
    """At this installation, connected as the operator. Raises as `logbook`, and DatabaseUnreachable."""
    async with logbook() as book:
        await migrate(book.database_url)
        pool = engine(book.database_url, connections=1, name="parlor-log")
        try:
            yield Forgetting(person, book.log, pool)
        finally:
            await pool.dispose()


HOSTED = "SELECT room FROM view.rooms WHERE host = $1 AND status <> 'ended' ORDER BY room"
SEATED = """
SELECT room FROM view.rooms WHERE host <> $1 AND status <> 'ended'
AND stage @> jsonb_build_array(jsonb_build_object('person', $1::text)) ORDER BY room
"""
