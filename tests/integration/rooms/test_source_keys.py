"""Keys for encoders over HTTP: shown once, kept as hashes, known to mixers until they are revoked."""

import asyncio

import msgspec

from libs.events.ids import Milliseconds
from libs.events.subjects import query_subject
from libs.events.telemetry import SourceKeyRevoked
from libs.service.broker import Broker
from libs.service.database import AsyncEngine, raw
from libs.service.source_keys import KeyHolder, SourceKeyAsked, key_digest
from parlor.embedded.nats import NatsServer
from tests.integration.rooms.running import Lobby, Visitor


async def a_room(host: Visitor, **more: str) -> str:
    answer = await host.post("/api/rooms", {"title": "Harbour hour", **more})
    assert answer.status_code == 201, answer.text
    room: str = answer.json()["room"]
    return room


async def whose(broker: Broker, key: str) -> KeyHolder | None:
    question = msgspec.json.encode(SourceKeyAsked(digest=key_digest(key) or b""))
    answer = await broker.ask(query_subject("rooms", "SourceKey"), question, Milliseconds(5_000))
    return msgspec.json.decode(answer, type=KeyHolder | None)


async def test_a_key_is_shown_once_and_kept_as_a_hash(
    lobby: Lobby, nats_server: NatsServer, database: AsyncEngine
) -> None:
    ana = await lobby.person("Ana")
    room = await a_room(ana)
    path = f"/api/rooms/{room}/source-keys"
    made = await ana.post(path, {"name": "butt at home"}, idempotency_key="first")
    assert (made.status_code, made.headers["cache-control"]) == (201, "no-store")
    key = made.json()["key"]
    assert len(key) == 43
    assert made.json()["mount"] == f"/{room}"
    again = await ana.post(path, {"name": "butt at home"}, idempotency_key="first")
    assert (again.status_code, again.json()["code"]) == (409, "source-key-shown")

    listed = (await ana.get(path)).json()["keys"]
    assert [(one["name"], one["room"], "key" in one) for one in listed] == [("butt at home", room, False)]
    async with raw(database) as connection:
        rows = await connection.fetch("SELECT * FROM kept.source_keys")
    assert key not in repr([tuple(row) for row in rows])
    mixer = await Broker.connect(nats_server.url_for("media"), "mixer", inbox="_INBOX_media")
    holder = await whose(mixer, key)
    assert holder == KeyHolder(id=made.json()["id"], person=ana.person, name="butt at home", room=room)  # type: ignore[arg-type]  # ids that came by HTTP
    assert await whose(mixer, key[:-1] + ("A" if key[-1] != "A" else "B")) is None
    assert await whose(mixer, "no key") is None
    await mixer.drain()


async def test_a_revoked_key_is_nobodys_and_mixers_are_told(lobby: Lobby, nats_server: NatsServer) -> None:
    ana, ben = await lobby.person("Ana"), await lobby.person("Ben")
    path = f"/api/rooms/{await a_room(ana)}/source-keys"
    made = (await ana.post(path, {"name": "OBS"})).json()
    mixer = await Broker.connect(nats_server.url_for("media"), "mixer", inbox="_INBOX_media")
    told: asyncio.Queue[SourceKeyRevoked] = asyncio.Queue()
    await mixer.hear(SourceKeyRevoked, told.put)
    assert (await ben.post(f"{path}/{made['id']}/revoke")).json()["code"] == "source-key-unknown"
    assert await whose(mixer, made["key"]) is not None

    assert (await ana.post(f"{path}/{made['id']}/revoke")).status_code == 200
    assert (await asyncio.wait_for(told.get(), 5)).key == made["id"]
    assert await whose(mixer, made["key"]) is None
    assert (await ana.get(path)).json()["keys"] == []
    assert (await ana.post(f"{path}/{made['id']}/revoke")).status_code == 200
    await mixer.drain()


async def test_in_a_room_of_a_programme_the_key_is_for_the_programme(lobby: Lobby) -> None:
    ana, ben = await lobby.person("Ana"), await lobby.person("Ben")
    programme = (await ana.post("/api/programmes", {"title": "Harbour"})).json()["programme"]
    first, second = [await a_room(ana, programme=programme) for _ in range(2)]
    made = (await ana.post(f"/api/rooms/{first}/source-keys", {"name": "desk"})).json()
    assert (made["programme"], made["room"], made["mount"]) == (programme, None, f"/{programme}")
    assert [one["id"] for one in (await ana.get(f"/api/rooms/{second}/source-keys")).json()["keys"]] == [made["id"]]
    assert (await ben.get(f"/api/rooms/{second}/source-keys")).json()["keys"] == []


async def test_who_may_not_have_a_key_is_told_why(lobby: Lobby) -> None:
    ana, ben, guest = await lobby.person("Ana"), await lobby.person("Ben"), await lobby.guest()
    closed, over = await a_room(ana, kind="invited"), await a_room(ana)
    await ana.post(f"/api/rooms/{over}/end")
    for who, room, data, code in (
        (guest, over, {"name": "x"}, "not-signed-in"),
        (ben, closed, {"name": "x"}, "room-unknown"),
        (ana, "nosuchroomhere", {"name": "x"}, "room-unknown"),
        (ana, over, {"name": "x"}, "room-ended"),
        (ana, closed, {"name": ""}, "malformed-body"),
        (ana, closed, {"name": "a\nb"}, "name-unusable"),
    ):
        assert (await who.post(f"/api/rooms/{room}/source-keys", data)).json()["code"] == code
    for number in range(20):
        assert (await ana.post(f"/api/rooms/{closed}/source-keys", {"name": str(number)})).status_code == 201
    refused = await ana.post(f"/api/rooms/{closed}/source-keys", {"name": "one more"})
    assert (refused.status_code, refused.json()["code"]) == (409, "too-many-source-keys")
