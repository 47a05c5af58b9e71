"""The event stream: typed facts, filtered by audience and by the reader's role at that moment, resumable."""

import pytest

from libs.events.ids import START, RoomId
from libs.events.jetstream.log import JetStreamLog
from libs.service.broker import Broker
from libs.service.forgotten import Forgotten
from services.rooms.api_events import BEAT, OPENING, Streams
from services.rooms.feed import Feed
from services.rooms.hub import BEHIND, Hub, Reader
from tests.integration.rooms.running import Lobby, Visitor


async def opened(host: Visitor, kind: str = "open") -> str:
    answer = await host.post("/api/rooms", {"title": "Jazz at night", "kind": kind})
    room: str = answer.json()["room"]
    return room


async def test_everybody_sees_public_facts_as_they_happen(lobby: Lobby) -> None:
    ana, guest = await lobby.person("Ana"), await lobby.guest()
    room = await opened(ana)
    async with guest.listening(f"/api/rooms/{room}/events") as stream:
        await ana.post(f"/api/rooms/{room}/go-live")
        seen = await stream.next()
    assert seen.event == "rooms.went-live.v1"
    assert seen.data["type"] == "rooms.went-live.v1"
    assert seen.data["data"] == {"room": room}
    assert seen.data["revision"] == 2
    assert not {"actor", "correlationid", "causationid", "prevhash"} & set(seen.data)


async def test_invitations_are_for_those_who_run_the_stage_and_for_the_invited(lobby: Lobby) -> None:
    ana, ben, guest = await lobby.person("Ana"), await lobby.person("Ben"), await lobby.guest()
    room = await opened(ana)
    path = f"/api/rooms/{room}/events"
    async with ana.listening(path) as hosts, ben.listening(path) as bens, guest.listening(path) as guests:
        await ana.post(f"/api/rooms/{room}/invite", {"person": ben.person})
        await ana.post(f"/api/rooms/{room}/go-live")
        assert await hosts.take(2) == ["rooms.speaker-invited.v1", "rooms.went-live.v1"]
        assert await bens.take(2) == ["rooms.speaker-invited.v1", "rooms.went-live.v1"]
        assert await guests.take(1) == ["rooms.went-live.v1"]


async def test_what_a_role_allows_changes_with_the_role(lobby: Lobby) -> None:
    ana, ben, cai = [await lobby.person(name) for name in ("Ana", "Ben", "Cai")]
    room = await opened(ana)
    async with ben.listening(f"/api/rooms/{room}/events") as stream:
        await ana.post(f"/api/rooms/{room}/invite", {"person": cai.person})
        await ana.post(f"/api/rooms/{room}/admit", {"person": ben.person, "seat": "cohost"})
        await ana.post(f"/api/rooms/{room}/move-to-audience", {"person": cai.person})
        await ana.post(f"/api/rooms/{room}/move-to-audience", {"person": ben.person})
        await ana.post(f"/api/rooms/{room}/invite", {"person": cai.person})
        await ana.post(f"/api/rooms/{room}/end")
        assert await stream.take(4) == [
            "rooms.speaker-admitted.v1",
            "rooms.invitation-withdrawn.v1",
            "rooms.speaker-left-stage.v1",
            "rooms.room-ended.v1",
        ]


@pytest.mark.parametrize("how", ["header", "query"])
async def test_a_stream_goes_on_after_the_last_fact_that_was_seen(lobby: Lobby, how: str) -> None:
    ana = await lobby.person("Ana")
    room = await opened(ana)
    live = (await ana.post(f"/api/rooms/{room}/go-live")).json()
    await ana.post(f"/api/rooms/{room}/mute", {"person": ana.person})
    path, after = f"/api/rooms/{room}/events", str(live["position"])
    resumed = ana.listening(path, last_event_id=after) if how == "header" else ana.listening(f"{path}?after={after}")
    async with resumed as stream:
        first = await stream.next()
        assert first.event == "rooms.speaker-muted.v1"
        await ana.post(f"/api/rooms/{room}/unmute")
        second = await stream.next()
        assert second.event == "rooms.speaker-unmuted.v1"
        assert int(second.id) > int(first.id) > live["position"]


async def test_a_stream_from_the_start_tells_the_whole_evening_by_the_roles_of_then(lobby: Lobby) -> None:
    ana, ben = await lobby.person("Ana"), await lobby.person("Ben")
    room = await opened(ana)
    await ana.post(f"/api/rooms/{room}/invite", {"person": ben.person})
    await ana.post(f"/api/rooms/{room}/end")
    async with ana.listening(f"/api/rooms/{room}/events?after=0") as stream:
        assert await stream.take(3) == ["rooms.room-opened.v1", "rooms.speaker-invited.v1", "rooms.room-ended.v1"]


async def test_a_position_that_we_never_gave_is_refused(lobby: Lobby) -> None:
    ana = await lobby.person("Ana")
    room = await opened(ana)
    answer = await ana.get(f"/api/rooms/{room}/events", last_event_id="yesterday")
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed-header")


async def test_a_quiet_stream_beats(log: JetStreamLog) -> None:
    hub = Hub(log, Forgotten())
    streams = Streams(log, hub, heartbeat=0.02)
    stream = streams.events(RoomId("quietquietquiet"), Feed(None), START)
    assert await anext(stream) == OPENING
    assert await anext(stream) == BEAT


async def test_a_reader_that_falls_behind_is_cut_off(lobby: Lobby, log: JetStreamLog, broker: Broker) -> None:
    del broker
    ana = await lobby.person("Ana")
    await opened(ana)
    fact = [each async for batch in log.read_all() for each in batch][-1]
    reader = Reader()
    for _ in range(BEHIND + 1):
        reader.offer(fact)
    assert await reader.next() is None
