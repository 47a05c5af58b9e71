"""Read, fold, decide, append: one answer per command, whatever others write meanwhile and however often it is asked."""

import asyncio
from collections.abc import Sequence

import msgspec
import pytest

from libs.events.chain import Chains
from libs.events.envelope import Envelope
from libs.events.fresh import fresh_id
from libs.events.ids import START, CommandId, Milliseconds, PersonId, Position, RoomId, Samples
from libs.events.ledger import Cause, Ledger, event_id
from libs.events.log import AppendedMeanwhile, Batch, LogUnavailable
from libs.events.memory import MemoryLog
from libs.events.refusal import Contended, Refusal, RevisionMismatch
from libs.events.rooms import RoomEvent, SpeakerMuted, SpeakerUnmuted
from libs.events.subjects import Aggregate, room

ANA = PersonId("ana2222222222222")
JAZZ = RoomId("jazzroom22222222")
MUTED = SpeakerMuted(room=JAZZ, person=ANA, by=ANA)
UNMUTED = SpeakerUnmuted(room=JAZZ, person=ANA)


class Mutes(msgspec.Struct, frozen=True):
    """A state that is enough to decide on: how often Ana was muted, and is she."""

    times: int = 0
    muted: bool = False


def evolve(mutes: Mutes, event: RoomEvent) -> Mutes:
    muted = isinstance(event, SpeakerMuted)
    return Mutes(mutes.times + muted, muted)


def mute(mutes: Mutes) -> list[RoomEvent]:
    return [] if mutes.muted else [MUTED]


def toggle(mutes: Mutes) -> list[RoomEvent]:
    return [UNMUTED if mutes.muted else MUTED]


def mute_again(mutes: Mutes) -> list[RoomEvent]:
    return [UNMUTED, MUTED] if mutes.muted else [MUTED]


def because(name: str = "", **more: object) -> Cause:
    identity = CommandId(name or fresh_id())
    told = Cause(id=identity, correlationid=identity, via="test", now=Milliseconds(0))
    return msgspec.structs.replace(told, **more)


def ledger(log: MemoryLog) -> Ledger[Mutes, RoomEvent]:
    return Ledger(log, evolve, Mutes())


class Flaky(MemoryLog):
    """Writes, and then loses the answer, as often as it is told to."""

    lost = 0

    async def append(self, aggregate: Aggregate, facts: Sequence[Envelope], *, expected: Position) -> Position:
        position = await super().append(aggregate, facts, expected=expected)
        if self.lost:
            self.lost -= 1
            raise LogUnavailable("no answer")
        return position


class Busy(MemoryLog):
    """Somebody else is always faster."""

    async def append(self, aggregate: Aggregate, facts: Sequence[Envelope], *, expected: Position) -> Position:
        raise AppendedMeanwhile(f"{aggregate.name}: {facts[0].type} after {expected}")


class Slow(MemoryLog):
    """Lets others go first before it answers."""

    async def read(self, aggregate: Aggregate, after: Position = START) -> Batch:
        await asyncio.sleep(0)
        return await super().read(aggregate, after)


async def test_what_was_decided_is_in_the_log_and_in_the_answer() -> None:
    log = MemoryLog()
    accepted = await ledger(log).record(room(JAZZ), because(), mute)

    [fact] = await log.read(room(JAZZ))
    assert fact.event == MUTED
    assert (accepted.revision, accepted.position) == (1, fact.position)
    assert [written.id for written in accepted.events] == [fact.envelope.id]


async def test_a_decision_that_changes_nothing_writes_nothing() -> None:
    log = MemoryLog()
    book = ledger(log)
    first = await book.record(room(JAZZ), because(), mute)
    second = await book.record(room(JAZZ), because(), mute)

    assert (second.events, second.revision, second.position) == ((), first.revision, first.position)


async def test_a_refusal_writes_nothing() -> None:
    log = MemoryLog()

    def refuse(_: Mutes) -> list[RoomEvent]:
        raise Refusal("no")

    with pytest.raises(Refusal):
        await ledger(log).record(room(JAZZ), because(), refuse)
    assert await log.read(room(JAZZ)) == []


async def test_the_same_command_again_gets_the_same_answer() -> None:
    book = ledger(MemoryLog())
    first = await book.record(room(JAZZ), because("once"), toggle)
    await book.record(room(JAZZ), because(), toggle)

    assert await book.record(room(JAZZ), because("once"), toggle) == first


async def test_the_same_command_after_a_restart_gets_the_same_answer() -> None:
    log = MemoryLog()
    first = await ledger(log).record(room(JAZZ), because("once"), mute_again)
    second = await ledger(log).record(room(JAZZ), because("twice"), mute_again)

    assert await ledger(log).record(room(JAZZ), because("once"), mute_again) == first
    assert await ledger(log).record(room(JAZZ), because("twice"), mute_again) == second
    assert len(await log.read(room(JAZZ))) == 3


async def test_a_command_whose_answer_was_lost_is_not_done_twice() -> None:
    log = Flaky()
    log.lost = 1
    book = ledger(log)
    with pytest.raises(LogUnavailable):
        await book.record(room(JAZZ), because("once"), toggle)

    accepted = await book.record(room(JAZZ), because("once"), toggle)
    assert accepted.revision == 1
    assert len(await log.read(room(JAZZ))) == 1


async def test_what_another_process_wrote_is_folded_in_before_deciding_again() -> None:
    log = MemoryLog()
    one, two = ledger(log), ledger(log)
    await one.record(room(JAZZ), because(), toggle)
    await two.record(room(JAZZ), because(), toggle)
    accepted = await one.record(room(JAZZ), because(), toggle)

    assert accepted.revision == 3
    assert [type(fact.event) for fact in await log.read(room(JAZZ))] == [SpeakerMuted, SpeakerUnmuted, SpeakerMuted]


async def test_commands_that_come_at_once_are_decided_one_after_the_other() -> None:
    log = MemoryLog()
    book = ledger(log)

    accepted = await asyncio.gather(*(book.record(room(JAZZ), because(), toggle) for _ in range(20)))

    assert sorted(answer.revision for answer in accepted) == list(range(1, 21))


async def test_three_attempts_in_vain_are_said_to_be_so() -> None:
    with pytest.raises(Contended, match="3 attempts were in vain"):
        await ledger(Busy()).record(room(JAZZ), because(), mute)


async def test_a_command_for_another_revision_is_turned_down() -> None:
    book = ledger(MemoryLog())
    await book.record(room(JAZZ), because(expected=0), toggle)

    with pytest.raises(RevisionMismatch, match="at revision 1, not 0"):
        await book.record(room(JAZZ), because(expected=0), toggle)


async def test_readers_that_come_at_once_find_each_fact_once() -> None:
    log = Slow()
    one, two = ledger(log), ledger(log)
    await one.record(room(JAZZ), because(), mute)
    await two.record(room(JAZZ), because("twice"), mute_again)

    first, second = await asyncio.gather(one.reload(room(JAZZ)), one.reload(room(JAZZ)))
    alone = await ledger(log).get(room(JAZZ))
    assert first.answered == second.answered == alone.answered


async def test_what_is_written_is_one_chain_over_restarts() -> None:
    log = MemoryLog()
    for _ in range(5):
        await ledger(log).record(room(JAZZ), because(), mute_again)

    chains = Chains()
    async for batch in log.read_all():
        for fact in batch:
            chains.read(fact)
    assert (chains.facts, chains.faults) == (9, [])


async def test_media_time_never_goes_back_within_an_aggregate() -> None:
    log = MemoryLog()
    book = ledger(log)
    for mediatime in (960, 480, None, 1920):
        moment = None if mediatime is None else Samples(mediatime)
        await book.record(room(JAZZ), because(mediatime=moment), toggle)

    assert [fact.envelope.mediatime for fact in await log.read(room(JAZZ))] == [960, 960, 960, 1920]


async def test_one_cause_may_lead_to_the_same_fact_in_several_aggregates() -> None:
    log = MemoryLog()
    book = ledger(log)
    sources = [Aggregate("media", JAZZ, "source", fresh_id()) for _ in range(3)]
    for about in sources:
        await book.record(about, because("room-ended"), mute)

    ids = [fact.envelope.id async for batch in log.read_all() for fact in batch]
    assert len(set(ids)) == 3


def test_the_same_cause_gives_the_same_ids_and_another_cause_others() -> None:
    assert event_id(because("a"), room(JAZZ), MUTED.tag, 1) == event_id(because("a"), room(JAZZ), MUTED.tag, 1)
    assert len({event_id(because(cause), room(JAZZ), MUTED.tag, n) for cause in "ab" for n in (1, 2)}) == 4


async def test_a_key_that_somebody_else_used_gets_no_answer_of_theirs() -> None:
    mutes = ledger(MemoryLog())
    first = await mutes.record(room(JAZZ), because("same-key", actor="ana"), mute)

    second = await mutes.record(room(JAZZ), because("same-key", actor="ben"), toggle)

    assert (first.revision, second.revision) == (1, 2)
    assert second.events != first.events


async def test_asked_again_later_after_a_lost_answer_the_chain_stays_whole() -> None:
    """The second envelope has another time: the next fact must name the hash of the line that the log has."""
    log, chains = Flaky(), Chains()
    mutes = ledger(log)
    log.lost = 1
    with pytest.raises(LogUnavailable):
        await mutes.record(room(JAZZ), because("a-key"), mute)

    answer = await mutes.record(room(JAZZ), because("a-key", now=Milliseconds(5_000)), mute)
    await mutes.record(room(JAZZ), because(), toggle)

    assert answer.revision == 1
    for fact in await log.read(room(JAZZ)):
        chains.read(fact)
    assert (chains.facts, chains.faults) == (2, [])
