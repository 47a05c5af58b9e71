"""Beside ours: `eventsourcing` 9.5 with its PostgreSQL recorder, on the same stories, the same machine, in turns.

Both write the same lines, both servers are as `parlor up` starts them, and both sync before they answer (one server of
NATS syncs for each decision; PostgreSQL for each transaction). Both read to decoded facts, by the same decoder; the
peer's own mapper and aggregates, which cost it more, are left out, so this is its recorder at its best. Ours is a
server that also feeds followers, theirs a table; what each is good at shows. Nothing here has a bar.
"""

import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import nats
import pytest
from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore

from libs.events.envelope import Envelope, decode, encode
from libs.events.ids import START, Position
from libs.events.jetstream.log import JetStreamLog
from libs.events.log import Decision
from libs.events.subjects import Aggregate
from parlor.embedded.postgres import Postgres
from tests.bench.report import Figure, figure, rate, write
from tests.integration.log.facts import Chain

FACTS = 50
ROOMS = 400
ROUNDS = 5
SINGLES = 100
TOGETHER = 100
PAGE = 1_000


@pytest.fixture
def recorder(tmp_path: Path) -> Iterator[PostgresApplicationRecorder]:
    """The peer, on a PostgreSQL that syncs before it answers."""
    server = Postgres(tmp_path / "postgres", {"synchronous_commit": "on", "fsync": "on"})
    server.start()
    datastore = PostgresDatastore(
        "postgres", str(server.sockets), 5432, "postgres", "", originator_id_type="text", pool_size=1
    )
    try:
        peer = PostgresApplicationRecorder(datastore)
        peer.create_table()
        yield peer
    finally:
        datastore.close()
        server.stop()


@pytest.fixture
async def log(nats_url: str) -> AsyncIterator[JetStreamLog]:
    """Ours, on a server as `parlor up` starts it."""
    client = await nats.connect(nats_url)
    yield await JetStreamLog.open(client)
    await client.drain()


def theirs(about: Aggregate, facts: list[Envelope]) -> list[StoredEvent]:
    """The same lines as the peer stores them."""
    return [StoredEvent(about.name, fact.revision, fact.type, encode(fact)) for fact in facts]


def stories(rooms: int, facts: int) -> list[tuple[Aggregate, list[Envelope]]]:
    """Rooms with so many facts each."""
    told = []
    for _ in range(rooms):
        chain = Chain()
        lines = chain.opened()
        while len(lines) < facts:
            lines += chain.muted()
        told.append((chain.about, lines))
    return told


class Pair:
    """What took how long, ours and theirs, round after round."""

    def __init__(self) -> None:
        self.ours: list[float] = []
        self.theirs: list[float] = []

    async def take(self, ours: Callable[[], Awaitable[object]], theirs: Callable[[], object]) -> None:
        """One round of each."""
        begun = time.perf_counter()
        await ours()
        between = time.perf_counter()
        theirs()
        self.ours.append(between - begun)
        self.theirs.append(time.perf_counter() - between)

    def rates(self, name: str, events: int) -> Figure:
        """Events per second; the yardstick is the peer's."""
        ours, theirs = statistics.median(self.ours), statistics.median(self.theirs)
        return rate(name, events / ours, events / theirs)

    def milliseconds(self, name: str) -> Figure:
        """Of one call; the yardstick is the peer's."""
        return figure(name, "ms", statistics.median(self.ours) * 1e3, statistics.median(self.theirs) * 1e3)


async def one_after_the_other(log: JetStreamLog, peer: PostgresApplicationRecorder) -> Figure:
    """Each fact of a room when the one before is acknowledged."""
    pair = Pair()
    for _ in range(ROUNDS):
        [(about, facts)] = stories(1, SINGLES)

        async def ours(about: Aggregate = about, facts: list[Envelope] = facts) -> None:
            position = START
            for fact in facts:
                position = await log.append(about, [fact], expected=position)

        def other(about: Aggregate = about, facts: list[Envelope] = facts) -> None:
            for fact in facts:
                peer.insert_events(theirs(about, [fact]))

        await pair.take(ours, other)
    return pair.rates("append, one after the other", SINGLES)


async def many_at_once(log: JetStreamLog, peer: PostgresApplicationRecorder) -> Figure:
    """First facts of many rooms: ours as decisions of their own, theirs in transactions of a hundred."""
    pair = Pair()
    for _ in range(ROUNDS):
        told = stories(10 * TOGETHER, 1)

        async def ours(told: list[tuple[Aggregate, list[Envelope]]] = told) -> None:
            await log.append_many([Decision(about, facts, START) for about, facts in told])

        def other(told: list[tuple[Aggregate, list[Envelope]]] = told) -> None:
            for n in range(0, len(told), TOGETHER):
                peer.insert_events([one for story in told[n : n + TOGETHER] for one in theirs(*story)])

        await pair.take(ours, other)
    return pair.rates("append, many rooms at once (theirs in transactions of 100)", 10 * TOGETHER)


async def one_decision(log: JetStreamLog, peer: PostgresApplicationRecorder) -> Figure:
    """A hundred facts of one room, all or none."""
    pair = Pair()
    for _ in range(2 * ROUNDS):
        [(about, facts)] = stories(1, TOGETHER)

        async def ours(about: Aggregate = about, facts: list[Envelope] = facts) -> None:
            await log.append(about, facts, expected=START)

        await pair.take(ours, lambda about=about, facts=facts: peer.insert_events(theirs(about, facts)))  # type: ignore[misc]  # mypy reads no default of a lambda
    return pair.rates("append, 100 facts as one decision", TOGETHER)


async def one_aggregate(
    log: JetStreamLog, peer: PostgresApplicationRecorder, told: list[tuple[Aggregate, list[Envelope]]]
) -> Figure:
    """A room of fifty that lies among all others."""
    pair = Pair()
    for about, facts in told[: 12 * ROUNDS]:

        async def ours(about: Aggregate = about) -> None:
            assert len(await log.read(about)) == FACTS

        def other(about: Aggregate = about, facts: list[Envelope] = facts) -> None:
            stored = peer.select_events(about.name)
            assert [decode(one.state, Position(one.originator_version)).envelope for one in stored] == facts

        await pair.take(ours, other)
    return pair.milliseconds(f"load one aggregate of {FACTS}, spread over the log")


async def everything(log: JetStreamLog, peer: PostgresApplicationRecorder, least: int) -> Figure:
    """Every fact of the log, decoded."""
    pair, counts = Pair(), set()

    async def ours() -> None:
        counts.add(sum([len(batch) async for batch in log.read_all()]))

    def other() -> None:
        count = 0
        while page := peer.select_notifications(count + 1, PAGE):
            count += len([decode(one.state, Position(one.id)) for one in page])
        counts.add(count)

    for _ in range(ROUNDS):
        await pair.take(ours, other)
    [count] = counts
    assert count >= least
    return pair.rates("replay everything, decoded", count)


async def test_a_peer_on_the_same_stories(log: JetStreamLog, recorder: PostgresApplicationRecorder) -> None:
    told = stories(ROOMS, FACTS)
    ends: dict[Aggregate, Position] = {}
    decisions = []
    for n in range(FACTS):
        for about, facts in told:
            decisions.append(Decision(about, [facts[n]], ends.get(about, START)))
            ends[about] = Position(len(decisions))
        recorder.insert_events([one for about, facts in told for one in theirs(about, [facts[n]])])
    assert await log.append_many(decisions) == list(range(1, len(decisions) + 1))

    path = write(
        "peer",
        [
            await one_after_the_other(log, recorder),
            await many_at_once(log, recorder),
            await one_decision(log, recorder),
            await one_aggregate(log, recorder, told),
            await everything(log, recorder, len(decisions)),
        ],
    )
    assert path.stat().st_size > 0
