"""The listing in PostgreSQL (`view.rooms`): a projection that keeps it, and the questions that it answers.

Names of people are joined in when somebody asks, so a name that was forgotten is gone everywhere.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy.ext.asyncio import AsyncEngine

from libs.events.ids import PersonId, Position, RoomId
from libs.events.log import Batch
from libs.events.projection.postgres import Connection
from libs.events.rooms import PersonForgotten
from libs.events.subjects import Interest
from libs.service.database import raw
from libs.service.forgetting_kept import erase
from services.rooms.cards import Names, PersonCard, RoomCard, SeatCard, counted, listen_paths
from services.rooms.rows import RoomRow, Said, project

COLUMNS = tuple(field.name for field in msgspec.structs.fields(RoomRow))
JSON_COLUMNS = ("stage", "streams")


class RoomsView:
    """The projection `rooms`: one row for each room that was ever opened, and one for each person who was forgotten.

    What is kept of those is erased with it, also when a backup has brought it back.
    """

    name = "rooms"
    interest = Interest(owners=("rooms", "presence", "media"))
    takes_unreadable = False

    async def apply(self, connection: Connection, facts: Batch) -> None:
        """Load the rows that these facts are about, fold, store."""
        about = sorted({fact.envelope.scope for fact in facts})
        found = await connection.fetch("SELECT * FROM view.rooms WHERE room = ANY($1::text[])", about)
        rows: dict[str, RoomRow | None] = {record["room"]: to_row(record) for record in found}
        before = dict(rows)
        for fact in facts:
            envelope = fact.envelope
            said = Said(fact.event, datetime.fromisoformat(envelope.time), envelope.revision)
            scope = envelope.scope
            rows[scope] = project(rows.get(scope), said)
        changed = [to_record(row) for scope, row in rows.items() if row is not None and row != before.get(scope)]
        if changed:
            await connection.executemany(STORE, changed)
        forgotten = {
            fact.event.person: datetime.fromisoformat(fact.envelope.time)
            for fact in facts
            if isinstance(fact.event, PersonForgotten)
        }
        if forgotten:
            await connection.executemany(FORGET, list(forgotten.items()))
            await erase(connection, list(forgotten))


class PostgresListing:
    """As `services.rooms.cards.Listing`."""

    def __init__(self, engine: AsyncEngine, position: Callable[[], Position], names: Names) -> None:
        self._engine = engine
        self._position = position
        self._names = names

    async def live(self) -> Sequence[RoomCard]:
        """As Listing.live."""
        return await self._cards("WHERE status = 'live' AND kind = 'open' ORDER BY live, room")

    async def one(self, room: RoomId) -> RoomCard | None:
        """As Listing.one."""
        return next(iter(await self._cards("WHERE room = $1", room)), None)

    async def _cards(self, which: str, *values: str) -> list[RoomCard]:
        position = self._position()
        async with raw(self._engine) as connection:
            rows = [to_row(record) for record in await connection.fetch(f"SELECT * FROM view.rooms {which}", *values)]  # noqa: S608 - `which` is one of the two constants above
        names = await self._names({row.host for row in rows} | {seat.person for row in rows for seat in row.stage})
        return [to_card(row, names, position) for row in rows]


def to_row(record: Any) -> RoomRow:
    """A row as the rules know it; SQLAlchemy's connections decode jsonb by themselves."""
    return msgspec.convert({name: record[name] for name in COLUMNS}, RoomRow)


def to_record(row: RoomRow) -> list[Any]:
    """A row as PostgreSQL takes it; jsonb is given as text."""
    values = [getattr(row, name) for name in COLUMNS]
    return [
        msgspec.json.encode(value).decode()
        if name in JSON_COLUMNS
        else list(value)
        if isinstance(value, tuple)
        else value
        for name, value in zip(COLUMNS, values, strict=True)
    ]


def to_card(row: RoomRow, names: Mapping[PersonId, str], position: Position) -> RoomCard:
    """What readers are told of a row."""
    return RoomCard(
        room=row.room,
        title=row.title,
        aliases=row.aliases,
        kind=row.kind,
        status=row.status.value,
        language=row.language,
        host=PersonCard(person=row.host, name=names.get(row.host, "")),
        programme=row.programme,
        automation=row.automation,
        opened=row.opened,
        live=row.live,
        ended=row.ended,
        stage=tuple(
            SeatCard(
                person=seat.person, name=names.get(seat.person, ""), seat=seat.seat, muted=seat.muted, since=seat.since
            )
            for seat in row.stage
        ),
        listeners=counted(row.audience),
        listen=listen_paths(row.room),
        revision=row.revision,
        position=position,
    )


def _store() -> str:
    places = ", ".join(f"${n}" for n in range(1, len(COLUMNS) + 1))
    changes = ", ".join(f"{name} = excluded.{name}" for name in COLUMNS if name != "room")
    return f"INSERT INTO view.rooms ({', '.join(COLUMNS)}) VALUES ({places}) ON CONFLICT (room) DO UPDATE SET {changes}"  # noqa: S608 - made of our own field names


STORE = _store()
FORGET = "INSERT INTO view.forgotten (person, since) VALUES ($1, $2) ON CONFLICT DO NOTHING"
