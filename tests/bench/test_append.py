"""How fast decisions about distinct aggregates are appended, beside the same pipeline sending bytes that are ready."""

import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TypeAlias

import pytest

from libs.events.envelope import encode
from libs.events.folded import Head
from libs.events.fresh import fresh_command_id, fresh_id
from libs.events.ids import START, Milliseconds, PersonId, Position, RoomId
from libs.events.jetstream.frames import appended, frame
from libs.events.jetstream.log import JetStreamLog
from libs.events.jetstream.pipeline import Pipeline
from libs.events.jetstream.replies import Replies
from libs.events.ledger import Cause, write
from libs.events.log import Decision, Outcome
from libs.events.rooms import RoomKind, RoomOpened
from libs.events.subjects import event_subject, room
from tests.bench.brokers import new_stream, quick_server
from tests.bench.plot import plot
from tests.bench.report import rate
from tests.bench.report import write as report
from tests.integration.log.clients import connected

EVENTS = 1_000
ROUNDS = 61
"""Short and many, taken in turns: what others do on this machine hits both."""
BAR = 0.9
WINDOWS = (1, 10, 100, 1_000)

Ready: TypeAlias = tuple[bytes, bytes]
"""A publication before and after its reply subject."""
PLACE = "<here>"


def decision() -> Decision:
    """A room opens."""
    name = RoomId(fresh_id())
    identity = fresh_command_id()
    cause = Cause(id=identity, correlationid=identity, via="bench", now=Milliseconds(0), roomid=name)
    fact = RoomOpened(room=name, title="Bench", kind=RoomKind.OPEN, host=PersonId("benchbenchbench1"))
    return Decision(room(name), write(room(name), [fact], Head(), cause))


def split(publication: bytes) -> Ready:
    before, after = publication.split(PLACE.encode())
    return before, after


def ready(one: Decision) -> Ready:
    """With the headers that an append has: the two of its expectation, and its id."""
    return split(appended(one, PLACE))


def ready_without_id(one: Decision) -> Ready:
    """With the two headers of the expectation alone."""
    [fact] = one.facts
    headers = (
        "Nats-Expected-Last-Subject-Sequence: 0\r\n"
        f"Nats-Expected-Last-Subject-Sequence-Subject: {one.aggregate.prefix}.>\r\n"
    )
    return split(frame(event_subject(one.aggregate, fact.type), PLACE, headers, encode(fact)))


def joined(one: Ready, reply: str) -> bytes:
    return one[0] + reply.encode() + one[1]


async def give_up(_: object, doubt: str) -> Position:
    raise AssertionError(doubt)


async def per_second(work: Awaitable[Sequence[Outcome]]) -> float:
    begun = time.perf_counter()
    outcomes = await work
    took = time.perf_counter() - begun
    assert all(isinstance(outcome, int) and outcome > START for outcome in outcomes)
    return len(outcomes) / took


@pytest.mark.timeout(600)
async def test_an_append_costs_little_more_than_sending_its_bytes(tmp_path: Path) -> None:
    async with quick_server(tmp_path) as url:
        client = await connected(url)
        log = await JetStreamLog.open(client)
        replies = Replies(client)
        await replies.open()

        async def sent(prepare: Callable[[Decision], Ready]) -> float:
            bytes_of_all = [prepare(decision()) for _ in range(EVENTS)]
            return await per_second(Pipeline(replies, joined, give_up).run(bytes_of_all))

        async def ours_sent() -> float:
            decisions = [decision() for _ in range(EVENTS)]
            return await per_second(log.append_many(decisions))

        async def decided_and_appended() -> float:
            return await per_second(log.append_many(decision() for _ in range(EVENTS)))

        rounds = [
            (await ours_sent(), await sent(ready), await sent(ready_without_id), await decided_and_appended())
            for _ in range(ROUNDS)
        ]
        ours, same, two, decided = (statistics.median(side) for side in zip(*rounds, strict=True))

        lines: dict[str, list[tuple[float, float]]] = {"append_many": [], "bytes ready": []}
        await new_stream(client)
        for window in WINDOWS:
            some = [decision() for _ in range(min(5_000, 300 * window))]
            line = Pipeline(replies, appended, give_up, window)
            lines["append_many"].append((window, await per_second(line.run(some))))
            bytes_of_some = [ready(decision()) for _ in range(min(5_000, 300 * window))]
            plain = Pipeline(replies, joined, give_up, window)
            lines["bytes ready"].append((window, await per_second(plain.run(bytes_of_some))))
        await client.close()

    report(
        "append",
        [
            rate("append with expectation, 1,000 under way", ours, same, bar=BAR),
            rate("the same beside bytes without Nats-Msg-Id", ours, two),
            rate("the same, decisions made on the way", decided, same),
        ],
    )
    plot("append", "appends a second by how many are under way", ("under way", "appends/s"), lines)
