"""`parlor log forget`: what goes, what is said instead, and that running services notice."""

import httpx
import pytest

from libs.events import subjects
from libs.events.envelope import Recorded
from libs.events.ids import PersonId, RoomId
from libs.events.jetstream.log import JetStreamLog
from libs.events.rooms import HandRaised, PersonForgotten, RoomEnded, SpeakerLeftStage
from libs.events.vocabulary import AnyEvent
from libs.service.database import AsyncEngine, raw
from libs.service.person_keys_kept import REMOVED, PersonKeys
from libs.service.sealing import CannotOpen, MasterKey
from libs.service.tables import metadata
from services.rooms.config import RoomsSettings
from services.rooms.hands import topic_of
from tests.integration.forgetting.conftest import Start
from tests.integration.replay.typed import Typed
from tests.integration.rooms.running import Lobby, Visitor, eventually

BOATS = "my neighbour's boats"


async def a_room(host: Visitor, title: str = "Harbour hour") -> str:
    answer = await host.post("/api/rooms", {"title": title})
    room: str = answer.json()["room"]
    await host.post(f"/api/rooms/{room}/go-live")
    return room


async def facts(log: JetStreamLog) -> list[Recorded[AnyEvent]]:
    return [fact async for batch in log.read_all() for fact in batch]


async def hands(reader: Visitor, room: str) -> list[tuple[str, str | None]]:
    cards = (await reader.get(f"/api/rooms/{room}/hands")).json()["hands"]
    return [(card["name"], card["topic"]) for card in cards]


async def stage(reader: Visitor, room: str) -> list[str]:
    return [seat["name"] for seat in (await reader.get(f"/api/rooms/{room}")).json()["stage"]]


async def signed_out(who: Visitor) -> bool:
    return (await who.get("/api/me")).status_code == 401


async def test_where_a_name_or_a_topic_was_it_says_removed(lobby: Lobby, parlor_log: Typed) -> None:
    ana, ben, cai = [await lobby.person(name) for name in ("Ana", "Ben", "Cai")]
    room = await a_room(ana)
    await ben.post(f"/api/rooms/{room}/raise-hand", {"topic": BOATS})
    await cai.post(f"/api/rooms/{room}/raise-hand", {"topic": "trains"})
    done = await parlor_log("forget", "--yes", ben.person)

    assert (done.status, done.stderr) == (0, b"")
    assert done.stdout == f"{ben.person} is forgotten, and what they wrote can't be opened any more\n".encode()
    assert await hands(ana, room) == [(REMOVED, REMOVED), ("Cai", "trains")]


async def test_the_host_of_the_past_is_removed_from_the_card(lobby: Lobby, parlor_log: Typed) -> None:
    ana, ben = await lobby.person("Ana"), await lobby.person("Ben")
    room = await a_room(ana)
    await parlor_log("forget", "--yes", ana.person)

    async def over() -> bool:
        card = (await ben.get(f"/api/rooms/{room}")).json()
        return bool(card["status"] == "ended" and card["host"] == {"person": ana.person, "name": REMOVED})

    assert await eventually(over)


async def test_a_session_ends_without_a_restart(lobby: Lobby, parlor_log: Typed) -> None:
    ana, ben = await lobby.person("Ana"), await lobby.person("Ben")
    room = await a_room(ana)
    await parlor_log("forget", "--yes", ben.person)

    assert await eventually(lambda: signed_out(ben))
    assert (await ben.post(f"/api/rooms/{room}/raise-hand")).json()["code"] == "not-signed-in"
    assert not await signed_out(ana)


async def test_their_event_stream_ends(lobby: Lobby, parlor_log: Typed) -> None:
    ana, ben = await lobby.person("Ana"), await lobby.person("Ben")
    room = await a_room(ana)
    async with ben.listening(f"/api/rooms/{room}/events") as stream:
        await parlor_log("forget", "--yes", ben.person)
        await eventually(lambda: signed_out(ben))
        await ana.post(f"/api/rooms/{room}/end")
        with pytest.raises((EOFError, httpx.RemoteProtocolError)):
            await stream.next()


async def test_the_same_name_is_a_new_person_afterwards(lobby: Lobby, parlor_log: Typed) -> None:
    before = await lobby.person("Ben")
    await parlor_log("forget", "--yes", before.person)
    after = await lobby.person("Ben")

    assert after.person != before.person
    assert not await signed_out(after)


async def test_what_they_are_in_the_middle_of_ends(lobby: Lobby, parlor_log: Typed, log: JetStreamLog) -> None:
    ana, ben = await lobby.person("Ana"), await lobby.person("Ben")
    theirs, anas = await a_room(ben, "Bens hour"), await a_room(ana)
    await ana.post(f"/api/rooms/{anas}/admit", {"person": ben.person})
    await eventually(lambda: on_stage(ana, anas, "Ben"))
    asked = await parlor_log("forget", ben.person)
    assert f"The room {theirs} that they host will end." in asked.stderr.decode()
    await parlor_log("forget", "--yes", ben.person)

    said = [fact.event for fact in await facts(log)]
    assert RoomEnded(room=RoomId(theirs), by=PersonId(ben.person)) in said
    assert SpeakerLeftStage(room=RoomId(anas), person=PersonId(ben.person), by=PersonId(ben.person)) in said
    assert said[-1] == PersonForgotten(person=PersonId(ben.person))


async def on_stage(reader: Visitor, room: str, name: str) -> bool:
    return name in await stage(reader, room)


async def test_nothing_is_kept_of_them_in_any_table(lobby: Lobby, parlor_log: Typed, database: AsyncEngine) -> None:
    ana, ben = await lobby.person("Ana"), await lobby.person("Ben")
    async with raw(database) as connection:
        for who in (ana, ben):
            await connection.execute(OAUTH_CODE, who.person.encode(), who.person)
            await connection.execute(REFRESH_TOKEN, who.person.encode(), who.person)
            await connection.execute(SOURCE_KEY, who.person.encode(), who.person)
        await a_room(ana)
        await a_room(ben)
        before = {table: await rows_of(connection, table, ben.person) for table in KEPT}
        assert all(before.values()), before
        await parlor_log("forget", "--yes", ben.person)
        after = {table: await rows_of(connection, table, ben.person) for table in KEPT}
        anas = {table: await rows_of(connection, table, ana.person) for table in KEPT}

    [tombstone] = after.pop("person_keys")
    assert '"wrapped": null' in tombstone
    assert set(map(len, after.values())) == {0}
    assert all(anas.values()), "and of others all is kept"


async def rows_of(connection: object, table: str, person: str) -> list[str]:
    """Rows of a table of `kept` with this id anywhere in them."""
    statement = f"SELECT to_jsonb(t)::text AS row FROM kept.{table} AS t"  # noqa: S608  # names of our own tables
    return [each["row"] for each in await connection.fetch(statement) if person in each["row"]]  # type: ignore[attr-defined]  # asyncpg's, which tests need not name


KEPT = sorted(
    table.name for table in metadata.tables.values() if table.schema == "kept" and table.name != "oauth_clients"
)
OAUTH_CODE = "INSERT INTO kept.oauth_codes VALUES ($1, 'alexa', $2, '', NULL, '', now() + interval '1 day')"
REFRESH_TOKEN = """
INSERT INTO kept.refresh_tokens (token_hash, family, client, person, expires)
VALUES ($1, 'f', 'alexa', $2, now() + interval '1 day')
"""
SOURCE_KEY = (
    "INSERT INTO kept.source_keys (key_hash, id, person, programme, name) VALUES ($1, $2, $2, 'p', 'my encoder')"
)


async def test_nobody_opens_it_with_the_installations_key_at_hand(
    lobby: Lobby, parlor_log: Typed, log: JetStreamLog, database: AsyncEngine, settings: RoomsSettings
) -> None:
    ana, ben = await lobby.person("Ana"), await lobby.person("Ben")
    room = RoomId(await a_room(ana))
    await ben.post(f"/api/rooms/{room}/raise-hand", {"topic": BOATS})
    (topic,) = [fact.event.topic for fact in await log.read(subjects.room(room)) if isinstance(fact.event, HandRaised)]
    assert topic is not None
    master = MasterKey.read(settings.sealing_key_file)
    keys = PersonKeys(database, master)
    assert await keys.open([(topic, topic_of(room))]) == [BOATS]
    await parlor_log("forget", "--yes", ben.person)

    assert await keys.open([(topic, topic_of(room))]) == [REMOVED]
    async with raw(database) as connection:
        rest = await connection.fetch("SELECT person, wrapped FROM kept.person_keys WHERE wrapped IS NOT NULL")
    assert rest, "others have their keys"
    for row in rest:
        with pytest.raises(CannotOpen):
            master.unwrap(row["person"], row["wrapped"]).open(topic, topic_of(room))


BROUGHT_BACK = "INSERT INTO kept.people (person, sealed) VALUES ($1, $2)"


async def test_forgetting_again_changes_nothing(lobby: Lobby, parlor_log: Typed, log: JetStreamLog) -> None:
    ben = await lobby.person("Ben")
    await parlor_log("forget", "--yes", ben.person)
    once = await facts(log)
    assert (await parlor_log("forget", "--yes", ben.person)).status == 0

    assert await facts(log) == once


async def test_it_asks_first(lobby: Lobby, parlor_log: Typed, log: JetStreamLog) -> None:
    ben = await lobby.person("Ben")
    before = await facts(log)
    asked = await parlor_log("forget", ben.person)

    assert asked.status == 1
    assert asked.stderr.endswith(b"Say --yes where nobody can be asked.\nnothing was changed\n")
    assert (await facts(log), await signed_out(ben)) == (before, False)


async def test_whoever_was_never_here_is_not_forgotten(parlor_log: Typed) -> None:
    stranger = await parlor_log("forget", "--yes", "strangerstranger")
    house = await parlor_log("forget", "--yes", "parlorhouse")
    misspelt = await parlor_log("forget", "--yes", "Ben!")

    assert (stranger.status, house.status, misspelt.status) == (1, 1, 2)
    assert b"nobody with the id strangerstranger was ever here" in stranger.stderr
    assert b"parlorhouse is the house and no person" in house.stderr


async def test_views_made_anew_say_removed(
    lobby: Lobby, parlor_log: Typed, database: AsyncEngine, another_start: Start
) -> None:
    ben = await lobby.person("Ben")
    room = await a_room(ben)
    await parlor_log("forget", "--yes", ben.person)
    await parlor_log("rebuild")
    async with raw(database) as connection:
        await connection.execute("DELETE FROM kept.person_keys WHERE person = $1", ben.person)  # only the log knows
    async with another_start() as there:
        guest = await there.guest()
        assert await eventually(lambda: hosted_by(guest, room, REMOVED))


async def hosted_by(reader: Visitor, room: str, name: str) -> bool:
    answer = await reader.get(f"/api/rooms/{room}")
    return answer.status_code == 200 and answer.json()["host"]["name"] == name


async def test_what_a_backup_brings_back_is_erased_at_the_next_start(
    lobby: Lobby, parlor_log: Typed, database: AsyncEngine, another_start: Start
) -> None:
    ben = await lobby.person("Ben")
    async with raw(database) as connection:
        name = await connection.fetchval("SELECT sealed FROM kept.people WHERE person = $1", ben.person)
        key = await connection.fetchval("SELECT wrapped FROM kept.person_keys WHERE person = $1", ben.person)
        await parlor_log("forget", "--yes", ben.person)
        await eventually(lambda: signed_out(ben))
        await connection.execute(BROUGHT_BACK, ben.person, name)
        await connection.execute("UPDATE kept.person_keys SET wrapped = $2 WHERE person = $1", ben.person, key)
        async with another_start():
            assert len(await rows_of(connection, "people", ben.person)) == 0
            [row] = await rows_of(connection, "person_keys", ben.person)
    assert '"wrapped": null' in row
