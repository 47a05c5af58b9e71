"""Raised hands over HTTP: who reads which topic, and that nothing behind the border has the text."""

import msgspec

from libs.events.ids import PersonId
from libs.events.jetstream.log import JetStreamLog
from libs.events.rooms import HandRaised
from libs.events.sealed import whose
from libs.service.broker import Broker
from libs.service.database import AsyncEngine, raw
from tests.integration.rooms.running import Lobby, Visitor

BOATS = "my neighbour's boats"


async def a_room(host: Visitor, **more: str) -> str:
    answer = await host.post("/api/rooms", {"title": "Harbour hour", **more})
    assert answer.status_code == 201, answer.text
    room: str = answer.json()["room"]
    return room


async def hands(reader: Visitor, room: str) -> list[tuple[str, str | None]]:
    answer = await reader.get(f"/api/rooms/{room}/hands")
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    return [(card["name"], card["topic"]) for card in answer.json()["hands"]]


async def test_host_and_cohosts_read_the_queue_and_a_listener_their_own_hand(lobby: Lobby) -> None:
    ana, ben, cai, dee = [await lobby.person(name) for name in ("Ana", "Ben", "Cai", "Dee")]
    room = await a_room(ana)
    assert (await ben.post(f"/api/rooms/{room}/raise-hand", {"topic": f"  {BOATS} "})).status_code == 200
    assert (await dee.post(f"/api/rooms/{room}/raise-hand")).status_code == 200
    await ana.post(f"/api/rooms/{room}/admit", {"person": cai.person, "seat": "cohost"})

    assert await hands(ana, room) == await hands(cai, room) == [("Ben", BOATS), ("Dee", None)]
    assert await hands(ben, room) == [("Ben", BOATS)]
    assert await hands(dee, room) == [("Dee", None)]


async def test_a_hand_goes_down_by_oneself_by_the_host_and_with_a_seat(lobby: Lobby) -> None:
    ana, ben, cai, dee = [await lobby.person(name) for name in ("Ana", "Ben", "Cai", "Dee")]
    room = await a_room(ana)
    for listener in (ben, cai, dee):
        await listener.post(f"/api/rooms/{room}/raise-hand", {"topic": BOATS})
    await ben.post(f"/api/rooms/{room}/lower-hand")
    await ana.post(f"/api/rooms/{room}/lower-hand", {"person": cai.person})
    assert [name for name, _ in await hands(ana, room)] == ["Dee"]

    await ana.post(f"/api/rooms/{room}/admit", {"person": dee.person})
    assert await hands(ana, room) == []


async def test_who_did_not_sign_in_or_is_not_invited_sees_no_queue(lobby: Lobby) -> None:
    ana, ben = await lobby.person("Ana"), await lobby.person("Ben")
    room = await a_room(ana, kind="invited")
    assert (await (await lobby.guest()).get(f"/api/rooms/{room}/hands")).status_code == 401
    assert (await ben.get(f"/api/rooms/{room}/hands")).json()["code"] == "room-unknown"
    assert (await ben.post(f"/api/rooms/{room}/raise-hand")).json()["code"] == "not-invited"
    assert (await ben.get("/api/rooms/nosuchroomhere/hands")).json()["code"] == "room-unknown"


async def test_a_topic_that_is_too_long_or_unreadable_is_refused_and_not_repeated(lobby: Lobby) -> None:
    ana, ben = await lobby.person("Ana"), await lobby.person("Ben")
    room = await a_room(ana)
    for topic, code in (
        ("boat" * 51, "malformed-body"),
        ("boat\nboat", "topic-unusable"),
        (["boat"], "malformed-body"),
    ):
        refused = await ben.post(f"/api/rooms/{room}/raise-hand", {"topic": topic})
        assert (refused.status_code, refused.json()["code"]) == (422, code)
        assert "boat" not in refused.text


async def test_the_same_key_with_the_same_topic_is_the_same_command(lobby: Lobby) -> None:
    ana, ben = await lobby.person("Ana"), await lobby.person("Ben")
    path = f"/api/rooms/{await a_room(ana)}/raise-hand"
    first = await ben.post(path, {"topic": BOATS}, idempotency_key="hand-1")
    again = await ben.post(path, {"topic": BOATS}, idempotency_key="hand-1")
    other = await ben.post(path, {"topic": "trains"}, idempotency_key="hand-1")

    assert (first.status_code, again.content) == (200, first.content)
    assert other.json()["code"] == "key-reused"


async def test_log_views_and_kept_answers_hold_ciphertext_of_its_person(
    lobby: Lobby, log: JetStreamLog, database: AsyncEngine, broker: Broker
) -> None:
    del broker
    ana, ben = await lobby.person("Ana"), await lobby.person("Ben")
    room = await a_room(ana)
    await ben.post(f"/api/rooms/{room}/raise-hand", {"topic": BOATS})
    facts = [fact async for batch in log.read_all() for fact in batch]
    (raised,) = [fact.event for fact in facts if isinstance(fact.event, HandRaised)]

    assert raised.topic is not None
    assert whose(raised.topic) == PersonId(ben.person)
    assert b"boats" not in msgspec.json.encode([fact.line.decode() for fact in facts])
    async with raw(database) as connection:
        kept = await connection.fetch("SELECT key, fingerprint, answer FROM kept.answers")
    assert "boats" not in str(kept)


async def test_staff_and_oneself_learn_of_a_hand_and_nobody_else(lobby: Lobby) -> None:
    ana, ben, dee = [await lobby.person(name) for name in ("Ana", "Ben", "Dee")]
    room = await a_room(ana)
    await ben.post(f"/api/rooms/{room}/raise-hand", {"topic": BOATS})
    await ana.post(f"/api/rooms/{room}/end")
    shown = {}
    for who in (ana, ben, dee):
        async with who.listening(f"/api/rooms/{room}/events?after=0") as stream:
            shown[who.person] = [await stream.next()]
            while shown[who.person][-1].event != "rooms.room-ended.v1":
                shown[who.person].append(await stream.next())
    names = {person: [event.event for event in events] for person, events in shown.items()}

    assert "rooms.hand-raised.v1" in names[ana.person]
    assert names[ben.person] == names[ana.person]
    assert "rooms.hand-raised.v1" not in names[dee.person]
    assert "boats" not in str(shown)


async def test_the_routes_are_described(lobby: Lobby) -> None:
    described = (await (await lobby.guest()).get("/api/openapi.json")).json()

    assert {"/api/rooms/{room}/raise-hand", "/api/rooms/{room}/lower-hand"} <= described["paths"].keys()
    raise_hand = described["paths"]["/api/rooms/{room}/raise-hand"]["post"]
    name = raise_hand["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    topic = described["components"]["schemas"][name]["properties"]["topic"]
    assert {"type": "string", "maxLength": 200} in topic["anyOf"]
    assert "security" in described["paths"]["/api/rooms/{room}/hands"]["get"]
