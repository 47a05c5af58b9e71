"""Commands from one service to another, over a real server with real permissions."""

from collections.abc import AsyncIterator
from typing import ClassVar

import pytest

from libs.events.command import Accepted, Command, Rejected
from libs.events.ids import CommandId, Milliseconds, Position
from libs.events.refusal import Refusal
from libs.service.broker import Broker, Unanswered
from libs.service.commands import send_command, serve_commands
from parlor.embedded.nats import NatsServer

JAZZ = "jazzjazzjazz"
SOON = Milliseconds(2_000)


class Registered(Accepted, frozen=True, kw_only=True):
    port: int


class NotSeated(Refusal):
    slug: ClassVar = "not-seated"
    status: ClassVar = 403


async def register(command: Command) -> Registered:
    if command.actor != "anaanaanaana":
        raise NotSeated(f"{command.actor} has no seat in this room")
    return Registered(revision=1, position=Position(7), port=5004)


def ask(actor: str, key: str) -> Command:
    return Command(
        id=CommandId(key), subject=f"{JAZZ}/mix-{JAZZ}", actor=actor, via="http", correlationid=key, roomid=JAZZ
    )


@pytest.fixture
async def rooms(nats_server: NatsServer) -> AsyncIterator[Broker]:
    media = await Broker.connect(nats_server.url_for("media"), "mixer")
    rooms = await Broker.connect(nats_server.url_for("rooms"), "rooms")
    await serve_commands(media, "media", {"RegisterSource": register})
    yield rooms
    await rooms.drain()
    await media.drain()


async def test_an_accepted_command_answers_with_all_its_fields(rooms: Broker) -> None:
    answer = await send_command(rooms, "media", JAZZ, "RegisterSource", ask("anaanaanaana", "1"), SOON, Registered)

    assert answer == Registered(revision=1, position=Position(7), port=5004)


async def test_a_refusal_travels_with_its_slug_sentence_and_status(rooms: Broker) -> None:
    answer = await send_command(rooms, "media", JAZZ, "RegisterSource", ask("benbenbenben", "2"), SOON, Registered)

    assert answer == Rejected(code="not-seated", detail="benbenbenben has no seat in this room", status=403)


async def test_a_command_that_nobody_takes_is_told_at_once(rooms: Broker) -> None:
    with pytest.raises(Unanswered, match="nobody serves"):
        await send_command(rooms, "media", JAZZ, "Explode", ask("anaanaanaana", "3"), SOON)
