"""The stream of parked messages has what the table has, whatever happened in between."""

import asyncio
from typing import Any

import msgspec
import pytest
from nats.aio.client import Client
from sqlalchemy.ext.asyncio import AsyncEngine

from libs.events.ids import START, Position
from libs.events.jetstream.log import JetStreamLog
from libs.events.jetstream.parking import JetStreamParking
from libs.events.jetstream.stream import UnfitBroker
from libs.events.parked import Parked
from libs.events.projection.retrying import retry
from libs.events.subjects import parked_subject
from libs.service.database import clear_views
from parlor.embedded.nats import NatsServer
from tests.integration.log.clients import connected
from tests.integration.log.facts import Chain
from tests.integration.projections.views import Picky, Seen
from tests.integration.projections.watching import SOON, parked, running


@pytest.fixture
async def parking(jetstream: JetStreamLog, client: Client) -> JetStreamParking:
    """Its stream of parked messages."""
    assert jetstream
    made = JetStreamParking(client)
    await made.make()
    return made


async def ask(client: Client, what: str, body: object = None) -> dict[str, Any]:
    message = await client.request(f"$JS.API.STREAM.{what}.PARKED", msgspec.json.encode(body or {}), timeout=5)
    answer: dict[str, Any] = msgspec.json.decode(message.data)
    return answer


async def in_stream(client: Client) -> set[str]:
    return set((await ask(client, "INFO", {"subjects_filter": ">"}))["state"].get("subjects") or ())


async def in_stream_soon(client: Client, count: int) -> set[str]:
    async with asyncio.timeout(10):
        while True:
            found = await in_stream(client)
            if len(found) == count:
                return found
            await asyncio.sleep(0.01)  # the view does not wait for this stream, so nobody says when


def subjects_of(found: list[Parked]) -> set[str]:
    return {parked_subject(one.projection, one.scope, one.position) for one in found}


async def bad_room(log: JetStreamLog) -> tuple[Picky, Position]:
    """A room with three facts, and a view that has a fault with the second."""
    chain = Chain()
    first = await log.append(chain.about, chain.opened(), expected=START)
    facts = chain.unmuted_and_muted(1)
    return Picky([facts[0].id]), await log.append(chain.about, facts, expected=first)


async def test_a_parked_fact_is_a_message_of_the_same_bytes_with_the_reason(
    database: AsyncEngine, jetstream: JetStreamLog, parking: JetStreamParking, client: Client
) -> None:
    view, position = await bad_room(jetstream)
    async with running(database, jetstream, view, parking) as projector:
        await projector.reached(position, SOON)
        found = await in_stream_soon(client, 2)

    first, second = await parked(database)
    assert found == subjects_of([first, second])
    message = await client.jetstream().get_last_msg("PARKED", parked_subject("seen", first.scope, first.position))
    assert message.data == first.line
    assert message.headers is not None
    assert message.headers["Parlor-Reason"] == "ZeroDivisionError: a fault with revision 2"
    assert (message.headers["Parlor-Projection"], message.headers["Parlor-Position"]) == ("seen", str(first.position))


async def test_a_stream_that_was_away_gets_what_was_parked_meanwhile(
    database: AsyncEngine, jetstream: JetStreamLog, parking: JetStreamParking, client: Client
) -> None:
    await ask(client, "DELETE")
    view, position = await bad_room(jetstream)
    async with running(database, jetstream, view, parking) as projector:
        await projector.reached(position, SOON)
        await parking.make()
        await in_stream_soon(client, 2)


async def test_what_a_killed_process_did_not_tell_is_told_by_the_next(
    database: AsyncEngine, jetstream: JetStreamLog, parking: JetStreamParking, client: Client
) -> None:
    view, position = await bad_room(jetstream)
    async with running(database, jetstream, view) as untelling:
        await untelling.reached(position, SOON)
    assert await in_stream(client) == set()
    async with running(database, jetstream, Seen(), parking):
        await in_stream_soon(client, 2)


async def test_telling_again_makes_no_second_message(
    database: AsyncEngine, jetstream: JetStreamLog, parking: JetStreamParking, client: Client
) -> None:
    view, position = await bad_room(jetstream)
    async with running(database, jetstream, view) as projector:
        await projector.reached(position, SOON)
    for one in 3 * await parked(database):
        await parking.tell(one)

    assert (await ask(client, "INFO"))["state"]["messages"] == 2


async def test_what_is_applied_or_forgotten_is_taken_out_and_the_rest_stays(
    database: AsyncEngine, jetstream: JetStreamLog, parking: JetStreamParking, client: Client
) -> None:
    async def still_parked() -> list[tuple[str, Position]]:
        return [(one.projection, one.position) for one in await parked(database)]

    view, _ = await bad_room(jetstream)
    bad = set(view.faulty)
    other, position = await bad_room(jetstream)
    view.faulty |= other.faulty
    async with running(database, jetstream, view, parking) as projector:
        await projector.reached(position, SOON)
        await in_stream_soon(client, 4)
    view.faulty = bad
    await retry(database, view)
    assert await parking.sweep(still_parked) == 2
    assert await in_stream(client) == subjects_of(await parked(database))

    await clear_views(database)
    assert await parking.sweep(still_parked) == 2
    assert await in_stream(client) == set()


async def test_a_message_told_after_the_stream_was_looked_at_is_not_swept(
    database: AsyncEngine, jetstream: JetStreamLog, parking: JetStreamParking, client: Client
) -> None:
    """A rebuild's race: the view parks the same position again while the old message is being taken out."""
    view, position = await bad_room(jetstream)
    async with running(database, jetstream, view, parking) as projector:
        await projector.reached(position, SOON)
        await in_stream_soon(client, 2)

    async def meanwhile_told_again() -> list[tuple[str, Position]]:
        await parking.tell((await parked(database))[0])
        return []

    await parking.sweep(meanwhile_told_again)
    assert len(await in_stream(client)) == 1


async def test_the_service_may_make_and_fill_the_stream_with_its_own_rights(
    database: AsyncEngine, nats_server: NatsServer
) -> None:
    rooms = await connected(nats_server.url_for("rooms"), inbox="_INBOX_rooms")
    log = await JetStreamLog.open(rooms)
    parking = JetStreamParking(rooms)
    await parking.make()
    await parking.make()
    view, position = await bad_room(log)
    async with running(database, log, view) as projector:
        await projector.reached(position, SOON)
    [one, _] = await parked(database)
    await parking.tell(msgspec.structs.replace(one, projection="rooms", reason="one line\nand another"))
    await rooms.close()


async def test_a_stream_of_that_name_that_is_no_parking_is_refused(jetstream: JetStreamLog, client: Client) -> None:
    assert jetstream
    await ask(client, "CREATE", {"name": "PARKED", "subjects": ["elsewhere.>"]})

    with pytest.raises(UnfitBroker, match=r"stream PARKED is there but subjects and max_msgs_per_subject are not"):
        await JetStreamParking(client).make()
