"""Core NATS through our doorway, on a real server with the users and permissions of `parlor up`."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping

import pytest

from libs.events.ids import Milliseconds, PersonId, RoomId, Samples
from libs.events.telemetry import ClockBeacon, ListenerJoined
from libs.service.broker import Broker, BrokerUnreachable, Unanswered
from parlor.embedded.nats import NatsServer

JAZZ = RoomId("jazzjazzjazz")
ANA = PersonId("anaanaanaana")
SOON = Milliseconds(2_000)


@pytest.fixture
async def media(nats_server: NatsServer) -> AsyncIterator[Broker]:
    broker = await Broker.connect(nats_server.url_for("media"), "mixer")
    yield broker
    await broker.drain()


@pytest.fixture
async def rooms(nats_server: NatsServer) -> AsyncIterator[Broker]:
    broker = await Broker.connect(nats_server.url_for("rooms"), "rooms")
    yield broker
    await broker.drain()


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not holds():  # noqa: ASYNC110  # what is waited for is not ours to signal
            await asyncio.sleep(0.01)


async def test_a_beacon_is_heard_as_what_it_is_and_in_order(rooms: Broker, media: Broker) -> None:
    heard: list[ClockBeacon] = []
    await rooms.hear(ClockBeacon, heard.append)
    for tick in range(20):
        await media.tell(ClockBeacon(room=JAZZ, epoch=1, mediatime=Samples(tick)), JAZZ)
    await until(lambda: len(heard) == 20)

    assert [beacon.mediatime for beacon in heard] == list(range(20))


async def test_what_is_no_beacon_is_dropped_and_a_failing_listener_goes_on_listening(
    rooms: Broker, media: Broker
) -> None:
    heard: list[ListenerJoined] = []

    async def fail_first(beacon: ListenerJoined) -> None:
        heard.append(beacon)
        if len(heard) == 1:
            raise RuntimeError("planned")

    await rooms.hear(ListenerJoined, fail_first)
    await media.publish("tel.edge.play.x", b"\xc1 no msgpack")
    for _ in range(2):
        joined = ListenerJoined(room=JAZZ, token="t", rendition="mp3", mediatime=Samples(0))
        await media.tell(joined, "x")
    await until(lambda: len(heard) == 2)


async def test_a_question_is_answered_and_the_server_knows_how_long_the_asker_waits(
    rooms: Broker, media: Broker
) -> None:
    async def answer(question: bytes, headers: Mapping[str, str]) -> bytes:
        return question.upper() + headers["Parlor-Deadline"].encode()

    await media.serve("qry.media.Shout", answer)

    assert await rooms.ask("qry.media.Shout", b"hello ", SOON) == b"HELLO 2000"


async def test_nobody_serves_is_told_at_once(rooms: Broker) -> None:
    with pytest.raises(Unanswered, match=r"nobody serves qry\.media\.Nothing"):
        await asyncio.wait_for(rooms.ask("qry.media.Nothing", b"", Milliseconds(60_000)), 5)


async def test_an_answer_that_comes_too_late_is_not_worked_for(rooms: Broker, media: Broker) -> None:
    given_up = asyncio.Event()

    async def dawdle(_question: bytes, _headers: Mapping[str, str]) -> bytes:
        try:
            await asyncio.Event().wait()
        finally:
            given_up.set()
        return b""

    await media.serve("qry.media.Dawdle", dawdle)
    with pytest.raises(Unanswered, match="within 50 ms"):
        await rooms.ask("qry.media.Dawdle", b"", Milliseconds(50))

    await asyncio.wait_for(given_up.wait(), 5)


async def test_a_server_that_fails_goes_on_serving(rooms: Broker, media: Broker) -> None:
    async def answer(question: bytes, _headers: Mapping[str, str]) -> bytes:
        if question == b"bad":
            raise RuntimeError("planned")
        return b"good"

    await media.serve("qry.media.Try", answer)
    with pytest.raises(Unanswered):
        await rooms.ask("qry.media.Try", b"bad", Milliseconds(100))

    assert await rooms.ask("qry.media.Try", b"fine", SOON) == b"good"


async def test_questions_are_answered_side_by_side(rooms: Broker, media: Broker) -> None:
    together = asyncio.Barrier(5)

    async def answer(_question: bytes, _headers: Mapping[str, str]) -> bytes:
        await together.wait()
        return b"all here"

    await media.serve("qry.media.Meet", answer)
    answers = await asyncio.gather(*(rooms.ask("qry.media.Meet", b"", SOON) for _ in range(5)))

    assert set(answers) == {b"all here"}


async def test_of_a_queue_one_answers(nats_server: NatsServer, rooms: Broker) -> None:
    answered: list[str] = []
    replicas = [await Broker.connect(nats_server.url_for("media"), f"mixer {n}") for n in range(2)]
    for replica in replicas:

        async def answer(_question: bytes, _headers: Mapping[str, str], name: str = replica.name) -> bytes:
            answered.append(name)
            return b""

        await replica.serve("qry.media.Who", answer, queue="media")
    for _ in range(20):
        await rooms.ask("qry.media.Who", b"", SOON)
    for replica in replicas:
        await replica.drain()

    assert len(answered) == 20


async def test_draining_finishes_what_was_taken(nats_server: NatsServer, rooms: Broker) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()
    media = await Broker.connect(nats_server.url_for("media"), "mixer")

    async def answer(_question: bytes, _headers: Mapping[str, str]) -> bytes:
        begun.set()
        await go_on.wait()
        return b"finished"

    await media.serve("qry.media.Slow", answer)
    asked = asyncio.create_task(rooms.ask("qry.media.Slow", b"", SOON))
    await begun.wait()
    draining = asyncio.create_task(media.drain())
    await until(lambda: not draining.done())
    go_on.set()

    assert await asked == b"finished"
    await draining
    assert media.unready() == "NATS is not connected"
    await media.drain()


async def test_a_dead_server_is_one_sentence_and_a_lost_one_comes_back(nats_server: NatsServer) -> None:
    broker = await Broker.connect(nats_server.url_for("media"), "mixer")
    assert broker.unready() is None
    nats_server.stop()
    await until(lambda: broker.unready() is not None)

    with pytest.raises(BrokerUnreachable) as caught:
        await Broker.connect(nats_server.url_for("media"), "mixer", patience=Milliseconds(300))
    nats_server.start()
    await until(lambda: broker.unready() is None)
    await broker.drain()

    assert str(caught.value).startswith("no NATS server lets media in at nats://127.0.0.1:")
    assert "onnect" in str(caught.value)
    assert "\n" not in str(caught.value)


async def test_a_wrong_password_is_said_without_repeating_it(nats_server: NatsServer) -> None:
    place = nats_server.url_for("media").rpartition("@")[2]
    with pytest.raises(BrokerUnreachable) as caught:
        await Broker.connect(f"nats://{place}", "mixer", "media", "wrong-password", patience=Milliseconds(3_000))

    assert "uthorization" in str(caught.value)
    assert "wrong-password" not in str(caught.value)
