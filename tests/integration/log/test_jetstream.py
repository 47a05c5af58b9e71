"""What only a log on a server can get wrong: restarts, lost answers, foreign streams, old servers."""

import asyncio
import shutil
from contextlib import aclosing
from pathlib import Path

import msgspec
import pytest
from nats.aio.client import Client

from libs.events.ids import START
from libs.events.jetstream.log import JetStreamLog
from libs.events.jetstream.stream import UnfitBroker, compare, wanted
from libs.events.log import AppendedMeanwhile, Batch, LogReplaced
from libs.events.subjects import event_subject
from parlor.embedded.nats import NatsServer
from tests.integration.log.clients import connected, losing
from tests.integration.log.facts import Chain


async def restart(server: NatsServer) -> None:
    await asyncio.to_thread(server.stop)
    await asyncio.to_thread(server.start)


async def test_opening_again_finds_the_same_log(client: Client, jetstream: JetStreamLog) -> None:
    again = await JetStreamLog.open(client)

    assert await again.identity() == await jetstream.identity()


async def test_many_services_may_open_a_new_log_at_once(client: Client) -> None:
    logs = await asyncio.gather(*(JetStreamLog.open(client) for _ in range(5)))

    assert len({await log.identity() for log in logs}) == 1


async def test_a_stream_with_another_configuration_is_refused_and_left_alone(client: Client) -> None:
    foreign = wanted(1) | {"max_age": 3_600_000_000_000, "allow_direct": False}
    await client.request("$JS.API.STREAM.CREATE.EVT", msgspec.json.encode(foreign), timeout=5)

    with pytest.raises(UnfitBroker, match=r"max_age is 3600000000000, not 0; allow_direct is .*, not True"):
        await JetStreamLog.open(client)
    answer = await client.request("$JS.API.STREAM.INFO.EVT", b"", timeout=5)
    assert msgspec.json.decode(answer.data)["config"]["max_age"] == 3_600_000_000_000


def test_a_stream_may_have_more_than_we_ask_for() -> None:
    compare(wanted(1) | {"metadata": {"team": "radio"}}, wanted(1))


async def old_server(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """As much of the NATS protocol as a client needs to believe that it is connected."""
    writer.write(b'INFO {"version":"2.10.26","max_payload":1048576,"headers":true,"jetstream":true}\r\n')
    while line := await reader.readline():
        if line.startswith(b"PING"):
            writer.write(b"PONG\r\n")
    writer.close()


async def test_a_server_older_than_atomic_batches_is_refused() -> None:
    async with await asyncio.start_server(old_server, "127.0.0.1") as server:
        port = server.sockets[0].getsockname()[1]
        client = await connected(f"nats://127.0.0.1:{port}")

        with pytest.raises(UnfitBroker, match=r"nats-server 2\.10\.26 is too old .* 2\.15 or later is needed"):
            await JetStreamLog.open(client)
        await client.close()


async def test_a_log_survives_its_server(jetstream: JetStreamLog, nats_server: NatsServer) -> None:
    chain = Chain()
    opened, more = chain.opened(), chain.unmuted_and_muted(3)
    first = await jetstream.append(chain.about, opened, expected=START)
    await restart(nats_server)
    await jetstream.append(chain.about, more, expected=first)

    assert [fact.envelope.id for fact in await jetstream.read(chain.about)] == [fact.id for fact in opened + more]


async def test_a_follower_goes_on_within_two_seconds_of_a_restart(
    jetstream: JetStreamLog, nats_server: NatsServer
) -> None:
    """Nothing is lost, doubled or out of order over three restarts; each wait is measured from the server's return."""
    loop = asyncio.get_running_loop()
    chain = Chain()
    position = await jetstream.append(chain.about, chain.opened(), expected=START)
    seen: Batch = []
    async with asyncio.timeout(60), aclosing(jetstream.follow()) as batches:
        seen += await anext(batches)
        for _ in range(3):
            await restart(nats_server)
            back = loop.time()
            position = await jetstream.append(chain.about, chain.unmuted_and_muted(5), expected=position)
            while len(seen) < chain.head.revision:
                seen += await anext(batches)
            assert loop.time() - back < 2.0

    assert [fact.envelope.revision for fact in seen] == list(range(1, 32))


async def test_a_follower_stops_when_the_log_was_made_anew(jetstream: JetStreamLog, client: Client) -> None:
    chain = Chain()
    await jetstream.append(chain.about, chain.opened(), expected=START)
    async with asyncio.timeout(30), aclosing(jetstream.follow()) as batches:
        await anext(batches)
        await client.request("$JS.API.STREAM.DELETE.EVT", b"", timeout=5)
        await JetStreamLog.open(client)

        with pytest.raises(LogReplaced):
            await anext(batches)


async def test_a_follower_stops_when_the_log_lost_what_it_had_read(
    jetstream: JetStreamLog, nats_server: NatsServer, tmp_path: Path
) -> None:
    """A disk that is put back to an earlier state gives new facts the places of those that it lost."""
    chain = Chain()
    first = await jetstream.append(chain.about, chain.opened(), expected=START)
    await asyncio.to_thread(nats_server.stop)
    shutil.copytree(nats_server.state / "jetstream", tmp_path / "earlier")
    await asyncio.to_thread(nats_server.start)
    async with asyncio.timeout(60), aclosing(jetstream.follow()) as batches:
        await jetstream.append(chain.about, chain.unmuted_and_muted(3), expected=first)
        seen = await anext(batches)
        while len(seen) < chain.head.revision:
            seen += await anext(batches)
        await asyncio.to_thread(nats_server.stop)
        shutil.rmtree(nats_server.state / "jetstream")
        shutil.copytree(tmp_path / "earlier", nats_server.state / "jetstream")
        await asyncio.to_thread(nats_server.start)

        with pytest.raises(LogReplaced, match=r"ends at 1, and 7 was read"):
            await anext(batches)


async def test_a_writer_whose_answer_was_lost_learns_that_it_had_succeeded(
    jetstream: JetStreamLog, nats_url: str
) -> None:
    """The same append comes from two connections: the second stands for the retry after a lost acknowledgement."""
    second = await connected(nats_url)
    again = await JetStreamLog.open(second)
    for _ in range(20):
        opened = (chain := Chain()).opened()
        one, two = await asyncio.gather(
            jetstream.append(chain.about, opened, expected=START), again.append(chain.about, opened, expected=START)
        )
        assert one == two
    await second.close()


async def test_writers_on_different_connections_have_one_winner(jetstream: JetStreamLog, nats_url: str) -> None:
    connections = [await connected(nats_url) for _ in range(4)]
    logs = [jetstream, *[await JetStreamLog.open(connection) for connection in connections]]
    chain = Chain()
    position = await jetstream.append(chain.about, chain.opened(), expected=START)
    for _ in range(20):
        writers = [log.append(chain.about, chain.unmuted_and_muted(1), expected=position) for log in logs]
        outcomes = await asyncio.gather(*writers, return_exceptions=True)
        assert sorted(type(outcome).__name__ for outcome in outcomes) == ["AppendedMeanwhile"] * 4 + ["int"]
        position = next(outcome for outcome in outcomes if not isinstance(outcome, BaseException))
    assert len(await jetstream.read(chain.about)) == 41
    for connection in connections:
        await connection.close()


async def test_every_service_can_use_the_log_with_its_own_rights(nats_server: NatsServer) -> None:
    chain = Chain()
    rooms = await connected(nats_server.url_for("rooms"), inbox="_INBOX_rooms")
    media = await connected(nats_server.url_for("media"), inbox="_INBOX_media")
    writing, reading = await JetStreamLog.open(rooms), await JetStreamLog.open(media)

    await writing.append(chain.about, chain.opened(), expected=START)

    assert len(await reading.read(chain.about)) == 1
    assert len([batch async for batch in reading.read_all()]) == 1
    async with aclosing(reading.follow()) as batches:
        assert len(await anext(batches)) == 1
    await rooms.close()
    await media.close()


async def test_an_expectation_holds_for_the_whole_aggregate_and_no_other(jetstream: JetStreamLog) -> None:
    chain, other = Chain(), Chain()
    position = await jetstream.append(chain.about, chain.opened(), expected=START)
    await jetstream.append(other.about, other.opened(), expected=START)
    await jetstream.append(chain.about, chain.muted(), expected=position)

    with pytest.raises(AppendedMeanwhile):
        await jetstream.append(chain.about, chain.muted(), expected=position)


async def test_a_follower_whose_question_about_a_bad_line_is_lost_misses_nothing(
    jetstream: JetStreamLog, nats_url: str
) -> None:
    client = await losing(nats_url)
    log = await JetStreamLog.open(client)
    chain = Chain()
    first = await jetstream.append(chain.about, chain.opened(), expected=START)
    await client.publish(event_subject(chain.about, "rooms.speaker-muted.v1"), b"no line")
    await client.flush()
    client.lose = "$JS.API.STREAM.MSG.GET"
    seen: Batch = []
    async with asyncio.timeout(20), aclosing(log.follow()) as batches:
        while len(seen) < 2:
            seen += await anext(batches)
    await client.close()

    assert client.lose == ""
    assert [fact.position for fact in seen] == [first, await jetstream.end()]
