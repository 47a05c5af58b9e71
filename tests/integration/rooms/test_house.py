"""The house programme: something to hear from the first start, never twice, and it can be switched off."""

import asyncio

import msgspec
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from libs.events.command import Accepted, Command, Rejected
from libs.events.fresh import fresh_command_id
from libs.events.ids import Milliseconds
from libs.events.jetstream.log import JetStreamLog
from libs.service.broker import Broker
from libs.service.commands import send_command
from services.rooms.config import RoomsSettings
from services.rooms.house import PERSON, PROGRAMME
from services.rooms.main import build
from tests.integration.rooms.running import Lobby, eventually, running


@pytest.fixture
def settings(settings: RoomsSettings) -> RoomsSettings:
    """With the house programme on."""
    return msgspec.structs.replace(settings, house_programme=True)


async def live(lobby: Lobby) -> list[str]:
    return [card["room"] for card in (await lobby.client.get("/api/rooms")).json()["rooms"]]


async def switch(broker: Broker, name: str, actor: str = PERSON) -> Accepted | Rejected:
    key = fresh_command_id()
    command = Command(id=key, subject=f"{PROGRAMME}/programme-{PROGRAMME}", actor=actor, via="test", correlationid=key)
    return await send_command(broker, "rooms", PROGRAMME, name, command, Milliseconds(2000))


async def test_from_the_first_start_there_is_something_to_hear(lobby: Lobby) -> None:
    await eventually(lambda: live(lobby))
    card = (await lobby.client.get("/api/rooms")).json()["rooms"][0]
    assert card["title"] == "Parlor House Radio"
    assert card["automation"] == "house"
    assert card["programme"] == PROGRAMME
    assert card["host"]["name"] == "Parlor House"


async def test_starting_again_finds_the_house_room_as_it_was(
    settings: RoomsSettings, broker: Broker, log: JetStreamLog, database: AsyncEngine
) -> None:
    async with running([build(settings, broker, log, database)]) as base:
        before = Lobby(base)
        first = await eventually(lambda: live(before))
        end = await log.end()
        await before.client.aclose()
    async with running([build(settings, broker, log, database)]) as base:
        after = Lobby(base)
        assert await live(after) == first == ["houseroom0001"]
        assert await log.end() == end
        await after.client.aclose()


async def test_replicas_that_start_together_open_one_house_room(
    settings: RoomsSettings, broker: Broker, log: JetStreamLog, database: AsyncEngine
) -> None:
    async with running([build(settings, broker, log, database), build(settings, broker, log, database)]) as base:
        lobby = Lobby(base)
        assert await eventually(lambda: live(lobby)) == ["houseroom0001"]
        await lobby.client.aclose()


async def test_switched_off_it_ends_and_switched_on_it_goes_on_in_a_new_room(lobby: Lobby, broker: Broker) -> None:
    await eventually(lambda: live(lobby))
    assert isinstance(await switch(broker, "SwitchProgrammeOff"), Accepted)

    async def silent() -> bool:
        return not await live(lobby)

    await eventually(silent)
    await switch(broker, "SwitchProgrammeOn")
    assert await eventually(lambda: live(lobby)) == ["houseroom0002"]


async def test_only_the_house_switches_the_house_programme(lobby: Lobby, broker: Broker) -> None:
    ana = await lobby.person("Ana")
    refused = await switch(broker, "SwitchProgrammeOff", ana.person)
    assert isinstance(refused, Rejected)
    assert refused.code == "not-the-owner"


async def test_with_the_setting_off_a_live_house_room_ends(
    settings: RoomsSettings, broker: Broker, log: JetStreamLog, database: AsyncEngine
) -> None:
    on = build(settings, broker, log, database)
    await asyncio.wait_for(on.start(), 10)
    await on.drain()
    without = msgspec.structs.replace(settings, house_programme=False)
    async with running([build(without, broker, log, database)]) as base:
        lobby = Lobby(base)

        async def ended() -> bool:
            return bool((await lobby.client.get("/api/rooms/houseroom0001")).json().get("status") == "ended")

        await eventually(ended)
        await lobby.client.aclose()


async def test_what_is_live_can_be_asked_over_nats(lobby: Lobby, broker: Broker) -> None:
    await eventually(lambda: live(lobby))
    told = msgspec.json.decode(await broker.ask("qry.rooms.LiveRooms", b"", Milliseconds(2000)))
    assert [room["title"] for room in told["rooms"]] == ["Parlor House Radio"]
