"""One request is one trace, from HTTP over NATS into the facts; whoever works on a fact later is linked to it."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from libs.events import subjects
from libs.events.command import Accepted, Command
from libs.events.ids import CommandId, Milliseconds, Position
from libs.events.jetstream.log import JetStreamLog
from libs.events.log import Batch
from libs.events.memory import MemoryLog
from libs.events.projection.projector import Projector
from libs.events.replay import read_lines, replay
from libs.service.broker import Broker
from libs.service.commands import send_command, serve_commands
from libs.service.traced_view import TracedView
from libs.service.tracing import current, linked, span
from parlor.embedded.nats import NatsServer
from tests.integration.projections.views import MAKE, Seen
from tests.integration.rooms.running import Lobby, eventually
from tests.integration.tracing.conftest import Spans, linked_to, trace_of

TRACE = "0af7651916cd43dd8448eb211c80319c"
CALLER = f"00-{TRACE}-b7ad6b7169203331-01"
JAZZ = {"title": "Jazz", "kind": "open"}


async def room_facts(log: JetStreamLog, room: str) -> Batch:
    return await log.read(subjects.room(room))


async def open_room(lobby: Lobby, **headers: str) -> str:
    ana = await lobby.person("Ana")
    answer = await ana.post("/api/rooms", JAZZ, **headers)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["room"])


async def test_a_fact_is_in_the_trace_of_the_request_that_led_to_it(
    lobby: Lobby, log: JetStreamLog, spans: Spans
) -> None:
    room = await open_room(lobby, traceparent=CALLER)

    [opened] = await room_facts(log, room)
    [command] = spans.named("OpenRoom")
    assert command.context is not None
    assert opened.envelope.traceparent == f"00-{TRACE}-{command.context.span_id:016x}-01"
    assert spans.of(TRACE) == ["OpenRoom", "POST /api/rooms"]


async def test_a_request_without_a_trace_begins_one(lobby: Lobby, log: JetStreamLog, spans: Spans) -> None:
    first, second = await open_room(lobby), await open_room(lobby)

    traces = [fact.envelope.traceparent for room in (first, second) for fact in await room_facts(log, room)]
    assert [f"{trace_of(one):032x}" for one in spans.named("OpenRoom")] == [str(each)[3:35] for each in traces]
    assert traces[0] != traces[1]


@pytest.mark.parametrize("garbage", ["Ana's trace", CALLER + "-" + "x" * 300, f"00-{'0' * 32}-b7ad6b7169203331-01"])
async def test_what_is_no_trace_is_not_written_down(
    lobby: Lobby, log: JetStreamLog, garbage: str, spans: Spans
) -> None:
    room = await open_room(lobby, traceparent=garbage)

    [opened] = await room_facts(log, room)
    assert str(opened.envelope.traceparent)[3:35] == f"{trace_of(spans.named('OpenRoom')[-1]):032x}"
    assert garbage not in opened.line.decode()


async def test_spans_say_nothing_of_who_asked(lobby: Lobby, spans: Spans) -> None:
    await open_room(lobby, traceparent=CALLER)

    told = " ".join(one.to_json() for name in ("OpenRoom", "POST /api/rooms") for one in spans.named(name))
    assert '"http.route": "/api/rooms"' in told
    assert "Ana" not in told
    assert "Jazz" not in told


@pytest.fixture
async def rooms_and_media(nats_server: NatsServer) -> AsyncIterator[tuple[Broker, list[str | None]]]:
    media = await Broker.connect(nats_server.url_for("media"), "mixer")
    rooms = await Broker.connect(nats_server.url_for("rooms"), "rooms")
    seen: list[str | None] = []

    async def register(command: Command) -> Accepted:
        seen.append(command.traceparent)
        return Accepted(revision=1, position=Position(1))

    await serve_commands(media, "media", {"RegisterSource": register})
    yield rooms, seen
    await rooms.drain()
    await media.drain()


def registration(traceparent: str | None) -> Command:
    return Command(
        id=CommandId("1"),
        subject="jazzjazzjazz/mix-jazzjazzjazz",
        actor="anaanaanaana",
        via="http",
        correlationid="1",
        traceparent=traceparent,
    )


async def test_a_command_continues_the_trace_on_the_other_side_of_nats(
    rooms_and_media: tuple[Broker, list[str | None]], spans: Spans
) -> None:
    rooms, seen = rooms_and_media
    with span("http", "POST /api/rooms/{room}/sources", CALLER):
        asked = registration(current())
        await send_command(rooms, "media", "jazzjazzjazz", "RegisterSource", asked, Milliseconds(2_000))

    assert str(seen[0])[3:35] == TRACE
    assert seen[0] != asked.traceparent, "what the command leads to is under the command's own span"
    assert sorted(spans.of(TRACE)) == ["POST /api/rooms/{room}/sources", "RegisterSource", "RegisterSource"]


async def test_a_command_of_somebody_who_sends_no_header_is_in_the_trace_that_its_body_names(
    rooms_and_media: tuple[Broker, list[str | None]],
) -> None:
    rooms, seen = rooms_and_media
    await send_command(rooms, "media", "jazzjazzjazz", "RegisterSource", registration(CALLER), Milliseconds(2_000))

    assert str(seen[0])[3:35] == TRACE


async def test_a_view_begins_its_own_trace_linked_to_that_of_its_facts(lobby: Lobby, spans: Spans) -> None:
    await open_room(lobby, traceparent=CALLER)

    async def viewed() -> bool:
        return any(TRACE in linked_to(one) for one in spans.named("view rooms"))

    await eventually(viewed)
    [work] = [one for one in spans.named("view rooms") if TRACE in linked_to(one)]
    assert f"{trace_of(work):032x}" != TRACE
    assert work.parent is None


async def test_a_replay_is_linked_to_the_traces_of_its_facts_and_continues_none(
    lobby: Lobby, log: JetStreamLog, database: AsyncEngine, spans: Spans
) -> None:
    room = await open_room(lobby, traceparent=CALLER)
    kept = [fact.line for fact in await room_facts(log, room)]
    before = spans.of(TRACE)

    again = MemoryLog()
    async for _ in replay(again, read_lines(kept)):
        pass
    async with database.begin() as connection:
        await connection.exec_driver_sql(MAKE)
    replayed = Projector(database, again, TracedView("test", Seen()))
    await replayed.start()
    await replayed.reached(await again.end(), Milliseconds(5_000))
    await replayed.stop()

    [work] = spans.named("view seen")
    assert linked_to(work) == {TRACE}
    assert spans.of(TRACE) == before


async def test_work_on_many_facts_is_linked_to_a_bounded_number_of_traces(spans: Spans) -> None:
    causes = [f"00-{n:032x}-{n:016x}-01" for n in range(1, 500)]
    with linked("test", "many", [*causes, None, "garbage"]):
        await asyncio.sleep(0)

    [many] = spans.named("many")
    assert len(many.links) == 32
