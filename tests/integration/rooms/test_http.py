"""Rooms over HTTP: what the public contract promises."""

import pytest

from libs.events import subjects
from libs.events.ids import PersonId, RoomId, Samples
from libs.events.jetstream.log import JetStreamLog
from libs.events.telemetry import ClockBeacon
from libs.service.broker import Broker
from libs.service.database import AsyncEngine, raw
from libs.service.identity import Issuer, Keys
from parlor.embedded.nats import NatsServer
from services.rooms.adapters.listing import RoomsView
from services.rooms.config import RoomsSettings
from tests.integration.rooms.running import Lobby, Visitor, eventually

JAZZ = {"title": "Jazz at night", "aliases": ["night jazz"]}


async def open_jazz(host: Visitor) -> str:
    answer = await host.post("/api/rooms", JAZZ)
    assert answer.status_code == 201, answer.text
    room: str = answer.json()["room"]
    return room


async def test_opening_a_room_says_where_it_is(lobby: Lobby) -> None:
    ana = await lobby.person("Ana")
    answer = await ana.post("/api/rooms", JAZZ)
    opened = answer.json()
    assert answer.status_code == 201
    assert answer.headers["location"] == f"/api/rooms/{opened['room']}"
    assert answer.headers["etag"] == '"1"'
    assert opened["revision"] == 1
    assert [event["type"] for event in opened["events"]] == ["rooms.room-opened.v1"]


async def test_whoever_writes_reads_their_write(lobby: Lobby) -> None:
    ana = await lobby.person("Ana")
    opened = (await ana.post("/api/rooms", JAZZ)).json()
    live = (await ana.post(f"/api/rooms/{opened['room']}/go-live")).json()
    seen = await ana.get("/api/rooms", parlor_after=str(live["position"]))
    assert seen.status_code == 200, seen.text
    card = seen.json()["rooms"][0]
    assert card["title"] == "Jazz at night"
    assert card["host"] == {"person": ana.person, "name": "Ana"}
    assert [seat["name"] for seat in card["stage"]] == ["Ana"]
    assert card["status"] == "live"
    assert card["revision"] == 2
    assert card["listen"]["mp3"] == f"/live/{opened['room']}.mp3"


async def test_a_position_that_is_not_reached_in_time_is_said(lobby: Lobby) -> None:
    ana = await lobby.person("Ana")
    answer = await ana.get("/api/rooms", parlor_after="999999")
    assert answer.status_code == 503
    assert answer.json()["code"] == "not-yet-caught-up"


async def test_a_whole_evening(lobby: Lobby) -> None:
    ana, ben, cai = [await lobby.person(name) for name in ("Ana", "Ben", "Cai")]
    room = await open_jazz(ana)
    steps = [
        (ana, "invite", {"person": ben.person}),
        (ben, "admit", {"person": ben.person}),
        (ana, "go-live", {}),
        (ana, "tune", {"loudness": -16, "own_mixes": 5}),
        (ana, "admit", {"person": cai.person, "seat": "cohost"}),
        (cai, "mute", {"person": ben.person}),
        (ben, "unmute", {}),
        (cai, "move-to-audience", {"person": ben.person}),
        (cai, "leave", {}),
        (ana, "end", {}),
    ]
    for revision, (who, what, data) in enumerate(steps, start=2):
        answer = await who.post(f"/api/rooms/{room}/{what}", data)
        assert answer.status_code == 200, answer.text
        assert answer.json()["revision"] == revision
        position = answer.json()["position"]
    card = (await ana.get(f"/api/rooms/{room}", parlor_after=str(position))).json()
    assert card["status"] == "ended"
    assert card["stage"] == []
    assert (await ana.get("/api/rooms")).json() == {"rooms": []}


async def test_nobody_changes_anything_without_signing_in(lobby: Lobby) -> None:
    guest = await lobby.guest()
    answer = await guest.post("/api/rooms", JAZZ)
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "not-signed-in"


async def test_a_refusal_is_a_problem_with_a_slug_and_a_sentence(lobby: Lobby) -> None:
    ana, ben = await lobby.person("Ana"), await lobby.person("Ben")
    room = await open_jazz(ana)
    answer = await ben.post(f"/api/rooms/{room}/end")
    assert answer.status_code == 403
    assert answer.json()["code"] == "not-the-host"
    assert answer.json()["detail"] == f"{ben.person} does not host {room}, {ana.person} does"


async def test_an_unknown_room_is_a_problem(lobby: Lobby) -> None:
    ana = await lobby.person("Ana")
    for answer in (
        await ana.get("/api/rooms/nosuchroomhere"),
        await ana.get("/api/rooms/UPPER"),
        await ana.get("/api/rooms/nosuchroomhere/events"),
        await ana.post("/api/rooms/nosuchroomhere/go-live"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "room-unknown")


async def test_the_same_key_opens_one_room(lobby: Lobby) -> None:
    ana = await lobby.person("Ana")
    first = await ana.post("/api/rooms", JAZZ, idempotency_key="evening-1")
    again = await ana.post("/api/rooms", JAZZ, idempotency_key="evening-1")
    assert again.json() == first.json()


async def test_the_same_key_of_another_person_is_another_room(lobby: Lobby) -> None:
    ana, ben = await lobby.person("Ana"), await lobby.person("Ben")
    first = await ana.post("/api/rooms", JAZZ, idempotency_key="evening-1")
    other = await ben.post("/api/rooms", JAZZ, idempotency_key="evening-1")
    assert other.status_code == 201
    assert other.json()["room"] != first.json()["room"]


async def test_a_key_is_for_one_command(lobby: Lobby) -> None:
    ana = await lobby.person("Ana")
    room = await open_jazz(ana)
    await ana.post(f"/api/rooms/{room}/go-live", idempotency_key="one")
    answer = await ana.post(f"/api/rooms/{room}/end", idempotency_key="one")
    assert (answer.status_code, answer.json()["code"]) == (422, "key-reused")


async def test_a_change_can_be_bound_to_what_was_seen(lobby: Lobby) -> None:
    ana = await lobby.person("Ana")
    room = await open_jazz(ana)
    assert (await ana.post(f"/api/rooms/{room}/go-live", if_match='"1"')).status_code == 200
    answer = await ana.post(f"/api/rooms/{room}/end", if_match='"1"')
    assert (answer.status_code, answer.json()["code"]) == (412, "revision-mismatch")


async def test_who_asks_is_never_taken_from_the_body(lobby: Lobby) -> None:
    ana, ben = await lobby.person("Ana"), await lobby.person("Ben")
    room = await open_jazz(ana)
    answer = await ben.post(f"/api/rooms/{room}/go-live", {"actor": ana.person, "by": ana.person})
    assert (answer.status_code, answer.json()["code"]) == (422, "malformed-body")


async def test_a_person_that_can_be_no_id_is_refused(lobby: Lobby) -> None:
    ana = await lobby.person("Ana")
    room = await open_jazz(ana)
    answer = await ana.post(f"/api/rooms/{room}/invite", {"person": "a b > *"})
    assert (answer.status_code, answer.json()["code"]) == (422, "malformed-body")


async def test_a_room_by_invitation_is_only_there_for_the_invited(lobby: Lobby) -> None:
    ana, ben = await lobby.person("Ana"), await lobby.person("Ben")
    opened = (await ana.post("/api/rooms", {"title": "Rehearsal", "kind": "invited"})).json()
    room = opened["room"]
    live = (await ana.post(f"/api/rooms/{room}/go-live")).json()
    after = str(live["position"])
    assert (await ana.get(f"/api/rooms/{room}", parlor_after=after)).status_code == 200
    assert (await ben.get(f"/api/rooms/{room}", parlor_after=after)).status_code == 404
    assert (await ben.get(f"/api/rooms/{room}/events")).status_code == 404
    assert (await ana.get("/api/rooms", parlor_after=after)).json() == {"rooms": []}
    await ana.post(f"/api/rooms/{room}/invite", {"person": ben.person})
    assert (await ben.get(f"/api/rooms/{room}", parlor_after=after)).status_code == 200


async def test_the_same_name_is_the_same_person(lobby: Lobby) -> None:
    assert (await lobby.person("Ana")).person == (await lobby.person("Ana")).person


async def test_a_programmes_rooms_are_opened_by_its_owner(lobby: Lobby) -> None:
    ana, ben = await lobby.person("Ana"), await lobby.person("Ben")
    programme = (await ana.post("/api/programmes", {"title": "City Talk"})).json()["programme"]
    mine = await ana.post("/api/rooms", {"title": "City Talk", "programme": programme})
    theirs = await ben.post("/api/rooms", {"title": "City Talk", "programme": programme})
    nobodys = await ben.post("/api/rooms", {"title": "City Talk", "programme": "nosuchprogramme"})
    assert mine.status_code == 201
    assert (theirs.status_code, theirs.json()["code"]) == (403, "not-the-owner")
    assert (nobodys.status_code, nobodys.json()["code"]) == (404, "programme-unknown")
    assert (await ana.post(f"/api/programmes/{programme}/switch-off")).json()["revision"] == 2


async def test_a_program_that_may_listen_for_somebody_changes_nothing(lobby: Lobby, settings: RoomsSettings) -> None:
    ana = await lobby.person("Ana")
    room = await open_jazz(ana)
    issuer = Issuer(Keys.read(settings.signing_key_file), settings.public_url)
    linked = Visitor(lobby.client, ana.person, issuer.access_token(PersonId(ana.person), "alexa", ("listen",)))
    answer = await linked.post(f"/api/rooms/{room}/end")
    assert (answer.status_code, answer.json()["code"]) == (403, "insufficient-scope")


async def test_facts_have_the_media_time_that_the_mixer_last_told(
    lobby: Lobby, log: JetStreamLog, nats_server: NatsServer
) -> None:
    ana = await lobby.person("Ana")
    room = RoomId(await open_jazz(ana))
    mixer = await Broker.connect(nats_server.url_for("media"), "media", user="media")

    async def told() -> bool:
        await mixer.tell(ClockBeacon(room=room, epoch=1, mediatime=Samples(4_800_000)), room)
        await ana.post(f"/api/rooms/{room}/mute", {"person": ana.person})
        await ana.post(f"/api/rooms/{room}/unmute")
        facts = await log.read(subjects.room(room))
        assert facts[0].envelope.mediatime == 0
        assert facts[0].envelope.role == "host"
        return (facts[-1].envelope.mediatime or 0) >= 4_800_000

    await eventually(told)
    await mixer.drain()


async def test_a_listing_that_is_made_anew_equals_the_one_that_grew(
    lobby: Lobby, database: AsyncEngine, log: JetStreamLog
) -> None:
    ana, ben = await lobby.person("Ana"), await lobby.person("Ben")
    for step in ("go-live", "end", ""):
        room = await open_jazz(ana)
        await ana.post(f"/api/rooms/{room}/admit", {"person": ben.person})
        await ben.post(f"/api/rooms/{room}/mute", {"person": ben.person})
        last = await ana.post(f"/api/rooms/{room}/{step or 'invite'}", {} if step else {"person": ana.person})
    await ana.get("/api/rooms", parlor_after=str(last.json()["position"]))
    grown = await rows(database)
    assert len(grown) == 3
    async with raw(database) as connection, connection.transaction():
        await connection.execute("TRUNCATE view.rooms")
        await RoomsView().apply(connection, [fact async for batch in log.read_all() for fact in batch])
    assert await rows(database) == grown


async def rows(database: AsyncEngine) -> list[dict[str, object]]:
    async with raw(database) as connection:
        return [dict(row) for row in await connection.fetch("SELECT * FROM view.rooms ORDER BY room")]


async def test_the_api_describes_itself(lobby: Lobby) -> None:
    document = (await (await lobby.guest()).get("/api/openapi.json")).json()
    body = document["paths"]["/api/rooms/{room}/admit"]["post"]["requestBody"]
    assert body["content"]["application/json"]["schema"]["$ref"].endswith("AdmitSpeaker")
    assert document["paths"]["/api/rooms"]["post"]["responses"]["201"]
    assert "/api/rooms/{room}/events" in document["paths"]


@pytest.mark.parametrize(
    "odd", [{"automation": "\0"}, {"automation": ""}, {"language": "\0"}, {"language": "Ana's own"}]
)
async def test_what_no_view_could_hold_is_refused(lobby: Lobby, odd: dict[str, str]) -> None:
    answer = await (await lobby.person("Ana")).post("/api/rooms", {"title": "Jazz at night"} | odd)

    assert (answer.status_code, answer.json()["code"]) == (422, "malformed-body")
