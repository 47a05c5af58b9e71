"""An aggregate that lies thinly in a long log is read as whole as any, however its facts came there."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
import pytest
from nats.aio.client import Client
from nats.aio.msg import Msg

from libs.events.envelope import Envelope, encode
from libs.events.fresh import fresh_id
from libs.events.ids import START, Position
from libs.events.jetstream.log import JetStreamLog
from libs.events.log import Batch, Decision
from libs.events.subjects import Interest, event_subject, room
from tests.integration.log.cluster import new_log
from tests.integration.log.facts import Chain

BETWEEN = 700
"""Messages of others between two decisions: more than twice what makes an aggregate thin."""


async def batch(client: Client, *messages: tuple[str, bytes]) -> None:
    """Messages of whatever subjects as one atomic batch without expectations, as others may write."""
    name = fresh_id()
    for n, (subject, line) in enumerate(messages, start=1):
        headers = {"Nats-Batch-Id": name, "Nats-Batch-Sequence": str(n)}
        if n < len(messages):
            await client.publish(subject, line, headers=headers)
        else:
            answer = await client.request(subject, line, timeout=10, headers=headers | {"Nats-Batch-Commit": "1"})
            assert b"error" not in answer.data, answer.data


async def stuff(client: Client, times: int = 1) -> None:
    """Many messages about another room."""
    subject = f"{room(fresh_id()).prefix}.Stuffing"
    for _ in range(times):
        await batch(client, *[(subject, b"{}")] * BETWEEN)


async def everything(log: JetStreamLog, scope: str) -> Batch:
    """What a consumer finds about a scope."""
    return [fact async for some in log.read_all(interest=Interest(scope=scope)) for fact in some]


@asynccontextmanager
async def questions(client: Client) -> AsyncIterator[list[dict[str, object]]]:
    """The direct reads that are asked for meanwhile."""
    asked: list[dict[str, object]] = []

    async def heard(message: Msg) -> None:
        asked.append(msgspec.json.decode(message.data, type=dict[str, object]))

    listening = await client.subscribe("$JS.API.DIRECT.GET.EVT", cb=heard)
    await client.flush()
    yield asked
    await client.flush()
    await listening.unsubscribe()


async def thin(client: Client, log: JetStreamLog) -> Chain:
    """A room of 13 facts: most alone, some several at once, all far from each other."""
    chain = Chain()
    position = START
    decisions: list[list[Envelope]] = [chain.opened(), *(chain.muted() for _ in range(4)), chain.unmuted_and_muted(2)]
    for facts in (*decisions, *(chain.muted() for _ in range(4))):
        await stuff(client, len(facts))
        position = await log.append(chain.about, facts, expected=position)
    await stuff(client)
    return chain


async def test_a_thin_aggregate_is_read_whole_and_step_by_step(client: Client, jetstream: JetStreamLog) -> None:
    chain = await thin(client, jetstream)
    async with questions(client) as asked:
        facts = await jetstream.read(chain.about)

    assert facts == await everything(jetstream, chain.about.scope)
    assert [fact.envelope.revision for fact in facts] == list(range(1, 14))
    assert not any("batch" in one for one in asked)


async def test_a_thin_aggregate_is_read_from_any_position_on(client: Client, jetstream: JetStreamLog) -> None:
    chain = await thin(client, jetstream)
    facts = await everything(jetstream, chain.about.scope)
    places = [START, *(fact.position for fact in facts), *(Position(fact.position - 1) for fact in facts)]

    for after in (*places, await jetstream.end(), Position(100_000)):
        assert await jetstream.read(chain.about, after) == [fact for fact in facts if fact.position > after]


async def test_a_thin_scope_is_read_whole_in_the_order_of_the_log(client: Client, jetstream: JetStreamLog) -> None:
    chain = Chain()
    mix, attendance = (Chain(room(chain.about.scope, *kind)) for kind in (("media", "mix"), ("presence", "attendance")))
    ends = dict.fromkeys((chain, mix, attendance), START)
    for one, facts in (
        (chain, chain.opened()),
        (mix, mix.mixing()),
        (chain, chain.muted()),
        (attendance, attendance.muted()),
        (chain, chain.unmuted_and_muted(1)),
        (mix, mix.mixing()),
    ):
        await stuff(client, 2)
        ends[one] = await jetstream.append(one.about, facts, expected=ends[one])
    async with questions(client) as asked:
        read = await jetstream.read_scope(chain.about.scope)

    assert read == await everything(jetstream, chain.about.scope)
    assert len(read) == 7
    assert not any("batch" in one for one in asked)


async def test_a_thin_aggregate_that_a_replay_wrote_is_read_whole(client: Client, jetstream: JetStreamLog) -> None:
    """A replay says what the log ended with, not what the aggregate did."""
    chain = Chain()
    for facts in (chain.opened(), chain.muted(), chain.unmuted_and_muted(2), chain.muted()):
        await stuff(client, len(facts))
        end = await jetstream.end()
        assert [count async for count in jetstream.append_in_order([Decision(chain.about, facts, START)], end)]

    read = await jetstream.read(chain.about)
    assert [fact.envelope.revision for fact in read] == list(range(1, 8))
    assert read == await jetstream.read_scope(chain.about.scope)


async def test_a_batch_about_many_things_misleads_nobody(client: Client, jetstream: JetStreamLog) -> None:
    """Within a batch of ours the message before is about the same aggregate, within one of others' it may not be."""
    chain, other = Chain(), Chain()
    for facts in (chain.opened(), chain.muted(), chain.muted()):
        [envelope], [stranger] = facts, other.muted()
        await stuff(client)
        lines = [(one.about, each) for one, each in ((other, stranger), (chain, envelope))]
        await batch(client, *((event_subject(about, each.type), encode(each)) for about, each in lines))

    read = await jetstream.read(chain.about)
    assert [fact.envelope.revision for fact in read] == [1, 2, 3]
    assert read == await jetstream.read_scope(chain.about.scope)


async def test_readers_of_thin_aggregates_do_not_miss_what_is_written_meanwhile(
    client: Client, jetstream: JetStreamLog
) -> None:
    chain = await thin(client, jetstream)
    [*_, last] = await jetstream.read(chain.about)
    position = last.position
    for _ in range(20):
        appended, facts = await asyncio.gather(
            jetstream.append(chain.about, chain.muted(), expected=position), jetstream.read(chain.about)
        )
        revisions = [fact.envelope.revision for fact in facts]
        assert revisions == list(range(1, len(revisions) + 1))
        position = appended
    assert (await jetstream.read(chain.about))[-1].position == position


@pytest.mark.slow
async def test_three_servers_know_a_thin_aggregate_as_whole(request: pytest.FixtureRequest) -> None:
    client, log = await new_log(request.getfixturevalue("cluster"))
    chain = await thin(client, log)

    facts = await log.read(chain.about)
    assert [fact.envelope.revision for fact in facts] == list(range(1, 14))
    assert facts == await log.read_scope(chain.about.scope)
    await client.close()
