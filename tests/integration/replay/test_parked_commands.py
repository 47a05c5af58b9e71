"""`parlor log parked` and `parlor log retry` as a person types them, against views that met a fact they can't apply."""

import msgspec
import pytest
from nats.aio.client import Client
from sqlalchemy.ext.asyncio import AsyncEngine

from libs.events.ids import START, Milliseconds, Position
from libs.events.jetstream.log import JetStreamLog
from libs.events.jetstream.parking import JetStreamParking
from libs.events.projection.archive import Archive
from libs.events.projection.projector import Projector
from libs.service.database import raw
from services.rooms.adapters.listing import RoomsView
from tests.integration.log.facts import Chain
from tests.integration.replay.typed import Typed

FAULT = """
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.room = '{room}' THEN RAISE EXCEPTION 'this room is too much for me'; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER refuse BEFORE INSERT OR UPDATE ON view.rooms FOR EACH ROW EXECUTE FUNCTION refuse();
"""
REPAIR = "DROP TRIGGER refuse ON view.rooms"


@pytest.fixture(autouse=True)
def _wide_screen(parlor_log: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    assert parlor_log
    monkeypatch.setenv("COLUMNS", "200")


async def execute(database: AsyncEngine, statement: str) -> None:
    async with raw(database) as connection:
        await connection.execute(statement)


async def rows(database: AsyncEngine) -> list[tuple[object, ...]]:
    async with raw(database) as connection:
        return [tuple(row) for row in await connection.fetch("SELECT * FROM view.rooms ORDER BY room")]


async def messages(client: Client) -> int:
    return (await client.jetstream().stream_info("PARKED")).state.messages


async def test_a_fault_in_a_view_is_listed_repaired_and_retried_under_a_running_service(
    parlor_log: Typed, database: AsyncEngine, client: Client
) -> None:
    log, parking = await JetStreamLog.open(client), JetStreamParking(client)
    await parking.make()
    bad, good = Chain(), Chain()
    await execute(database, FAULT.format(room=bad.about.scope))
    position = await log.append(bad.about, bad.opened(), expected=START)
    position = await log.append(bad.about, bad.muted(), expected=position)
    await log.append(good.about, good.opened(), expected=START)
    projector, archive = Projector(database, log, RoomsView(), parking), Projector(database, log, Archive(), parking)
    for each in (projector, archive):
        await each.start()
        await each.reached(await log.end(), Milliseconds(5_000))

    listed = await parlor_log("parked")
    assert (listed.status, b"parked facts: 2" in listed.stdout) == (0, True)
    assert b"RaiseError: this room is too much for me" in listed.stdout
    first, second = map(msgspec.json.decode, (await parlor_log("parked", "--json")).stdout.splitlines())
    assert (first["projection"], first["scope"], first["position"]) == ("rooms", bad.about.scope, 1)
    assert msgspec.json.decode(first["line"])["type"] == "rooms.room-opened.v1"
    assert second["reason"] == "waits for position 1 of the same scope"
    assert (await parlor_log("parked", "--projection", "archive")).stdout == b"no fact is parked\n"

    vain = await parlor_log("retry")
    assert vain.status == 1
    assert vain.stdout.startswith(b"archive: 0 applied, 0 still parked\nrooms: 0 applied, 2 still parked\n")
    assert b"this room is too much for me" in vain.stdout

    await execute(database, REPAIR)
    done = await parlor_log("retry", "--projection", "rooms")
    assert (done.status, done.stdout) == (0, b"rooms: 2 applied, 0 still parked\n")
    assert (await parlor_log("parked")).stdout == b"no fact is parked\n"
    assert await messages(client) == 0
    await projector.reached(await log.append(bad.about, bad.muted(), expected=position), Milliseconds(5_000))
    live = await rows(database)
    assert len(live) == 2

    await parlor_log("rebuild")
    await projector.reached(await log.append(good.about, good.muted(), expected=Position(3)), Milliseconds(5_000))
    assert {row[0] for row in await rows(database)} == {row[0] for row in live}
    for each in (projector, archive):
        await each.stop()


async def test_a_rebuild_forgets_parked_facts_and_their_messages(
    parlor_log: Typed, database: AsyncEngine, client: Client
) -> None:
    log, parking = await JetStreamLog.open(client), JetStreamParking(client)
    await parking.make()
    heard = await client.subscribe("park.rooms.>")
    await client.request("evt.rooms.00.x", b"no event at all", timeout=15)
    projector = Projector(database, log, RoomsView(), parking)
    await projector.start()
    await projector.reached(await log.end(), Milliseconds(15_000))
    await heard.next_msg(timeout=15)
    await projector.stop()
    assert b"not an event envelope" in (await parlor_log("parked")).stdout
    await parlor_log("rebuild")

    assert (await parlor_log("parked")).stdout == b"no fact is parked\n"
    assert await messages(client) == 0


async def test_a_projection_that_is_not_there_is_said_to_be_so(parlor_log: Typed) -> None:
    for command in ("parked", "retry"):
        refused = await parlor_log(command, "--projection", "guests")
        assert refused.status == 2
        assert b"there is no projection 'guests': archive, rooms" in refused.stderr
