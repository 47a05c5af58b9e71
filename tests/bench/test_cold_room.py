"""How long until a process knows a room that it never met: fifty facts, spread over fifty thousand of other rooms."""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable, Iterator
from itertools import chain, zip_longest

import msgspec
import nats
from nats.aio.msg import Msg

from libs.events.envelope import Envelope
from libs.events.ids import START, Position
from libs.events.jetstream.log import JetStreamLog
from libs.events.jetstream.snapshots import JetStreamSnapshots
from libs.events.ledger import Ledger
from libs.events.log import Decision
from libs.events.rooms import RoomEvent
from libs.events.snapshot import Snapshots
from libs.events.subjects import Aggregate, Interest, snapshot_subject, snapshots_stream
from services.rooms.state import Room, evolve
from tests.bench.evenings import FACTS_OF_A_ROOM, evenings
from tests.bench.report import figure, write
from tests.integration.log.facts import Chain

ROOMS = 500
MEASURED = 60
COLD_MS, WARM_MS = 6.0, 1.0


def of_one_owner(chains: list[Chain]) -> Iterator[tuple[Aggregate, Envelope]]:
    """Rooms of fifty facts that are all the room's own, side by side."""
    for n in range(FACTS_OF_A_ROOM):
        for each in chains:
            [envelope] = each.muted() if n else each.opened()
            yield each.about, envelope


async def fill(log: JetStreamLog, chains: list[Chain]) -> list[str]:
    """Write as many rooms of one owner as of three; returns the scopes of the latter."""
    both = zip_longest(of_one_owner(chains), evenings(ROOMS, ROOMS))
    ends: dict[Aggregate, Position] = {}
    decisions = []
    for place, (about, envelope) in enumerate((one for one in chain.from_iterable(both) if one), start=1):
        decisions.append(Decision(about, [envelope], ends.get(about, START)))
        ends[about] = Position(place)
    assert await log.append_many(decisions) == list(range(1, 2 * ROOMS * FACTS_OF_A_ROOM + 1))
    own = {each.about.scope for each in chains}
    return list(dict.fromkeys(about.scope for about in ends if about.scope not in own))


async def milliseconds(work: Callable[[], Awaitable[object]]) -> float:
    """Wall time of one call."""
    begun = time.perf_counter()
    await work()
    return (time.perf_counter() - begun) * 1e3


async def test_a_room_that_is_new_to_a_process_is_known_in_milliseconds(nats_url: str) -> None:
    client = await nats.connect(nats_url)
    log, snapshots = await JetStreamLog.open(client), JetStreamSnapshots(client, "rooms")
    chains = [Chain() for _ in range(ROOMS)]
    scopes = await fill(log, chains)
    abouts = [each.about for each in chains]

    def ledger(kept: Snapshots | None) -> Ledger[Room, RoomEvent]:
        return Ledger(log, evolve, Room(), kept)

    reading, starting = ledger(None), ledger(snapshots)

    async def bare(subjects: str) -> None:
        """The same messages by one request, neither decoded nor known to be all."""
        over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        count = 0

        async def heard(message: Msg) -> None:
            nonlocal count
            if "Status" in (message.headers or {}):
                over.set_result(None)
            count += 1

        inbox = client.new_inbox()
        listening = await client.subscribe(inbox, cb=heard)
        wanted = {"batch": FACTS_OF_A_ROOM, "seq": 1, "next_by_subj": subjects}
        await client.publish("$JS.API.DIRECT.GET.EVT", msgspec.json.encode(wanted), reply=inbox)
        await over
        await listening.unsubscribe()
        assert count == FACTS_OF_A_ROOM + 1

    async def bare_key(about: Aggregate) -> None:
        await client.request(f"$JS.API.DIRECT.GET.{snapshots_stream('rooms')}.{snapshot_subject('rooms', about)}")

    book = ledger(snapshots)
    for about in abouts[:MEASURED]:
        await book.get(about)
        book.forget(about)
    await book.settle()
    rounds = []
    for n in range(MEASURED):
        known, room, scope = abouts[n], abouts[MEASURED + n], scopes[n]
        rounds.append(
            (
                await milliseconds(lambda scope=scope: bare(Interest(scope=scope).subjects[0])),  # type: ignore[misc]  # mypy reads no default of a lambda
                await milliseconds(lambda scope=scope: log.read_scope(scope)),  # type: ignore[misc]  # as above
                await milliseconds(lambda room=room: reading.get(room)),  # type: ignore[misc]  # as above
                await milliseconds(lambda known=known: starting.get(known)),  # type: ignore[misc]  # as above
                await milliseconds(lambda known=known: bare_key(known)),  # type: ignore[misc]  # as above
            )
        )
    searched, scoped, cold, warm, key = (statistics.median(one) for one in zip(*rounds, strict=True))
    assert len(await log.read_scope(scopes[0])) == FACTS_OF_A_ROOM
    assert (await ledger(snapshots).get(abouts[0])).head.revision == FACTS_OF_A_ROOM
    figures = [
        figure("a room of 50 facts over 50,000, by its ledger, against 6 ms", "ms", cold, COLD_MS, bar=1.0),
        figure("the same, beside one bare request for its messages", "ms", cold, searched),
        figure("a room of 50 facts of three owners over 50,000, against 6 ms", "ms", scoped, COLD_MS, bar=1.0),
        figure("the same, beside one bare request for its messages", "ms", scoped, searched),
        figure("a room of 50 facts over 50,000, from a snapshot, against 1 ms", "ms", warm, WARM_MS, bar=1.0),
        figure("the same, beside one bare request for the key", "ms", warm, key),
    ]
    path = write("cold_room", figures)
    await client.drain()
    assert path.stat().st_size > 0
