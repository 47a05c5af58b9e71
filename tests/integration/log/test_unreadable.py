"""A line that can't be read stops no follower of the log, is never lost, and keeps anybody from deciding on less."""

import asyncio
from contextlib import aclosing

import msgspec
import pytest
from nats.aio.client import Client

from libs.events.envelope import Envelope, Recorded, UnreadableEvent, encode
from libs.events.event import Unreadable
from libs.events.ids import START, Position
from libs.events.jetstream.log import JetStreamLog
from libs.events.log import EventLog
from libs.events.subjects import NOWHERE, Interest
from libs.events.vocabulary import AnyEvent
from tests.integration.log.facts import Chain
from tests.integration.log.test_contract import drained, followed, ids


def of_a_newer_version(fact: Envelope) -> Envelope:
    return msgspec.structs.replace(fact, specversion="2.0")


def with_a_garbled_field(fact: Envelope) -> Envelope:
    return msgspec.structs.replace(fact, data=msgspec.Raw(b'{"room":7}'))


def about_nothing(fact: Envelope) -> Envelope:
    return msgspec.structs.replace(fact, subject="somebody")


SPOILED = pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (of_a_newer_version, "envelope version '2.0', this program reads '1.0'"),
        (with_a_garbled_field, "rooms.speaker-muted.v1"),
        (about_nothing, "a subject is <scope>/<kind>-<id>, not 'somebody'"),
    ],
)


async def spoiled(log: EventLog, spoil: object) -> tuple[Chain, Envelope, Position]:
    """A room whose second fact can't be read, and a third that can."""
    assert callable(spoil)
    chain = Chain()
    first = await log.append(chain.about, chain.opened(), expected=START)
    [bad] = [spoil(fact) for fact in chain.muted()]
    second = await log.append(chain.about, [bad], expected=first)
    await log.append(chain.about, chain.muted(), expected=second)
    return chain, bad, second


def why(fact: Recorded[AnyEvent]) -> str:
    assert isinstance(fact.event, Unreadable)
    return fact.event.reason


@SPOILED
async def test_followers_and_readers_are_given_it_in_its_place_with_its_reason(
    log: EventLog, spoil: object, reason: str
) -> None:
    chain, bad, position = await spoiled(log, spoil)

    for facts in (await drained(log), await followed(log, 3), await followed(log, 3, START, Interest(("rooms",)))):
        assert (facts[1].position, facts[1].line, facts[1].envelope.aggregate) == (position, encode(bad), chain.about)
        assert reason in why(facts[1])
        assert not any(isinstance(fact.event, Unreadable) for fact in (facts[0], facts[2]))


@SPOILED
async def test_nobody_decides_on_an_aggregate_that_can_t_be_read_whole(
    log: EventLog, spoil: object, reason: str
) -> None:
    chain, _, position = await spoiled(log, spoil)
    elsewhere = Chain()
    await log.append(elsewhere.about, elsewhere.opened(), expected=START)

    with pytest.raises(UnreadableEvent, match=f"position {position}: ") as whole:
        await log.read(chain.about)
    with pytest.raises(UnreadableEvent, match=f"position {position}: "):
        await log.read_scope(chain.about.scope)
    assert reason in str(whole.value)
    assert len(await log.read(elsewhere.about)) == 1
    assert len(await log.read(chain.about, position)) == 1


@pytest.mark.parametrize("line", [b"", b"\xff\xfe\x00", b"[]", b'{"specversion":"1.0"}', b'{"id":"\xff"}'])
async def test_bytes_that_are_no_event_at_all_are_known_by_where_they_lie(
    jetstream: JetStreamLog, client: Client, line: bytes
) -> None:
    chain = Chain()
    first = await jetstream.append(chain.about, chain.opened(), expected=START)
    await client.request(f"{chain.about.prefix}.SpeakerMuted", line, timeout=5)
    await client.request("evt.rooms.whatever", line, timeout=5)

    bad, nobodys = await drained(jetstream, first)
    assert (bad.line, bad.envelope.aggregate, bad.envelope.revision) == (line, chain.about, 0)
    assert (nobodys.envelope.aggregate.owner, nobodys.envelope.aggregate.scope) == ("rooms", NOWHERE)
    assert why(bad).startswith("not an event envelope: ")


async def test_a_follower_that_meets_one_sees_everything_that_comes_later(
    jetstream: JetStreamLog, client: Client
) -> None:
    chain = Chain()
    async with asyncio.timeout(10), aclosing(jetstream.follow()) as batches:
        position = await jetstream.append(chain.about, chain.opened(), expected=START)
        assert len(await anext(batches)) == 1
        await client.request("evt.media.00.x", b"?", timeout=5)
        assert why((await anext(batches))[0])
        muted = chain.muted()
        await jetstream.append(chain.about, muted, expected=position)
        assert ids(await anext(batches)) == ids(muted)
