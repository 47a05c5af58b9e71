"""Many decisions at once on a server that goes away in the middle: each is there exactly once, or known not to be."""

import asyncio
from collections.abc import Iterator
from contextlib import aclosing

from libs.events.ids import START
from libs.events.jetstream.log import JetStreamLog
from libs.events.log import Decision, LogUnavailable
from parlor.embedded.nats import NatsServer
from tests.integration.log.facts import Chain
from tests.integration.log.test_contract import drained, ids
from tests.integration.log.test_many import evening, opening, written_by


async def restart(server: NatsServer) -> None:
    await asyncio.to_thread(server.stop)
    await asyncio.to_thread(server.start)


async def test_many_go_on_over_a_restart_each_exactly_once(jetstream: JetStreamLog, nats_server: NatsServer) -> None:
    decisions = [opening(Chain()) for _ in range(4_000)]
    begun = asyncio.Event()

    def as_they_come() -> Iterator[Decision]:
        for n, decision in enumerate(decisions):
            if n == 1_500:
                begun.set()
            yield decision

    appending = asyncio.create_task(jetstream.append_many(as_they_come()))
    await begun.wait()
    await restart(nats_server)
    outcomes = await appending

    places = {fact.envelope.id: fact.position for fact in await drained(jetstream)}
    assert outcomes == [places[decision.facts[0].id] for decision in decisions]
    assert len(places) == len(decisions)


async def test_an_order_is_kept_over_a_restart(jetstream: JetStreamLog, nats_server: NatsServer) -> None:
    decisions = evening(rooms=1_200)

    async with asyncio.timeout(60), aclosing(jetstream.append_in_order(decisions, START)) as writing:
        steps = [await anext(writing)]
        while steps[-1] < 1_000:
            steps.append(await anext(writing))
        restarting = asyncio.create_task(restart(nats_server))
        steps += [step async for step in writing]
        await restarting

    assert steps[-1] == len(written_by(decisions))
    assert ids(await drained(jetstream)) == written_by(decisions)


async def test_what_was_not_sent_is_not_tried_when_the_server_stays_away(
    jetstream: JetStreamLog, nats_server: NatsServer
) -> None:
    """The patience of one append, once for all of them; a thousand were sent and may be written when it is back."""
    await asyncio.to_thread(nats_server.stop)
    loop = asyncio.get_running_loop()
    begun = loop.time()

    outcomes = await jetstream.append_many([opening(Chain()) for _ in range(20_000)])

    assert all(isinstance(outcome, LogUnavailable) for outcome in outcomes)
    assert len(outcomes) == 20_000
    assert loop.time() - begun < 20
    await asyncio.to_thread(nats_server.start)
    [position] = await jetstream.append_many([opening(Chain())])
    assert isinstance(position, int)
    assert position < 1_200
