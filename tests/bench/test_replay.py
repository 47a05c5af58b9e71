"""How fast a whole log is replayed into a fold, beside the same pull loop that only decodes it."""

import statistics
import time
from collections.abc import Awaitable
from pathlib import Path

import msgspec
from nats.aio.client import Client

from libs.events.envelope import Envelope
from libs.events.ids import START, Position
from libs.events.jetstream.log import JetStreamLog
from libs.events.jetstream.pull import Pull
from libs.events.jetstream.replies import Replies
from libs.events.logstate import Fold
from libs.events.subjects import EVERYTHING
from libs.events.vocabulary import BY_TAG
from tests.bench.brokers import fill, quick_server
from tests.bench.plot import plot
from tests.bench.report import rate, write
from tests.integration.log.clients import connected

ROOMS = 180
AT_ONCE = 60
ROUNDS = 41
"""Short and many, taken in turns: what others do on this machine hits both."""
BAR = 0.85
SIZES = (100, 1_000, 3_000, 9_000)
FLOOR, READS = 150_000, 180_000
"""So many a second at least, whenever the yardstick reads so many."""


async def decoded(client: Client, after: Position = START) -> int:
    """The yardstick: pull, and make a struct of each envelope and each data."""
    envelopes = msgspec.json.Decoder(Envelope)
    readers = {tag: msgspec.json.Decoder(cls) for tag, cls in BY_TAG.items()}
    replies = Replies(client)
    await replies.open()
    pull, count = Pull(client, replies, EVERYTHING.subjects), 0
    pending = await pull.open(after, 5.0)
    while pending:
        taken = await pull.take()
        pending = taken.pending
        for line in taken.lines:
            envelope = envelopes.decode(line)
            readers[envelope.type].decode(envelope.data)
        count += len(taken.lines)
    await pull.close()
    return count


async def folded(log: JetStreamLog, after: Position = START) -> int:
    """Ours: everything that a reader gets, folded."""
    fold, count = Fold(), 0
    async for batch in log.read_all(after):
        fold.take(batch)
        count += len(batch)
    return count


async def per_second(work: Awaitable[int]) -> float:
    begun = time.perf_counter()
    count = await work
    return count / (time.perf_counter() - begun)


async def test_a_log_is_folded_almost_as_fast_as_it_is_read(tmp_path: Path) -> None:
    async with quick_server(tmp_path) as url:
        client = await connected(url)
        log = await JetStreamLog.open(client)
        facts = await fill(log, ROOMS, AT_ONCE)
        pairs = [(await per_second(folded(log)), await per_second(decoded(client))) for _ in range(ROUNDS)]
        lines: dict[str, list[tuple[float, float]]] = {"folded": [], "decoded": []}
        for count in SIZES:
            after = Position(facts - count)
            lines["folded"].append((count, await per_second(folded(log, after))))
            lines["decoded"].append((count, await per_second(decoded(client, after))))
        await client.close()

    ours, bare = (statistics.median(side) for side in zip(*pairs, strict=True))
    floor = FLOOR if bare >= READS else None
    write("replay", [rate(f"replay {facts} facts into a fold", ours, bare, bar=BAR, floor=floor)])
    plot("replay", "facts a second by how many are replayed", ("facts", "facts/s"), lines)
