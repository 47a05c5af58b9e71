"""What the log costs beside the plain JetStream publication that it makes."""

import time
from collections.abc import Awaitable, Callable

import nats

from libs.events.command import Accepted
from libs.events.fresh import fresh_command_id, fresh_id
from libs.events.ids import Milliseconds, PersonId, RoomId
from libs.events.jetstream.log import JetStreamLog
from libs.events.ledger import Cause, Ledger
from libs.events.rooms import RoomKind, RoomOpened
from libs.events.subjects import room
from tests.bench.report import figure, write

EVENTS = 500
ROUNDS = 5


async def seconds_each(work: Callable[[], Awaitable[object]]) -> float:
    """Wall time of one awaited call after the other."""
    begun = time.perf_counter()
    for _ in range(EVENTS):
        await work()
    return (time.perf_counter() - begun) / EVENTS


def opened(room_id: RoomId) -> RoomOpened:
    """The fact that a room begins with."""
    return RoomOpened(room=room_id, title="Bench", kind=RoomKind.OPEN, host=PersonId("benchbenchbench1"))


async def test_a_command_costs_little_more_than_its_append(nats_url: str) -> None:
    client = await nats.connect(nats_url)
    log = await JetStreamLog.open(client)
    ledger: Ledger[int, RoomOpened] = Ledger(log, lambda count, _: count + 1, 0)
    plain = client.jetstream()

    async def command() -> Accepted:
        room_id = RoomId(fresh_id())
        cause = Cause(id=fresh_command_id(), correlationid="bench", via="bench", now=Milliseconds(0))
        return await ledger.record(room(room_id), cause, lambda _: [opened(room_id)])

    async def publication() -> object:
        subject = room(RoomId(fresh_id())).prefix + ".RoomOpened"
        return await plain.publish(subject, b"x" * 500, headers={"Nats-Expected-Last-Subject-Sequence": "0"})

    pairs = [(await seconds_each(command), await seconds_each(publication)) for _ in range(ROUNDS)]
    commands, publications = (sorted(side)[ROUNDS // 2] * 1e6 for side in zip(*pairs, strict=True))
    path = write("log", [figure("one command: read, decide, append", "us", commands, publications, bar=2.5)])
    await client.drain()
    assert path.stat().st_size > 0
