"""A broker with a replayed log in it: it is the log, it is this test's own, and what comes after can be waited for."""

import asyncio
from pathlib import Path

import psutil
import pytest

from libs.events.ids import PersonId, RoomId
from libs.events.jetstream.existing import open_existing
from libs.events.log import LogUnavailable
from libs.events.replay import NotReplayable
from libs.events.rooms import RoomEnded, SpeakerMuted, SpeakerUnmuted
from libs.events.subjects import room
from libs.events.testing.broker import NotOurs, broker, connected
from libs.events.testing.kept import read_log
from libs.events.testing.plugin import ReplayIntoBroker

INTERVIEW = "../../replay/interview.jsonl"
KEPT = Path(__file__).parent / INTERVIEW
JAZZ, ANA, BEN = RoomId("jazzinterview234"), PersonId("ana2222222222222"), PersonId("ben2222222222222")
muted = SpeakerMuted(room=JAZZ, person=BEN, by=ANA)
unmuted = SpeakerUnmuted(room=JAZZ, person=BEN)


async def lines_at(url: str) -> list[bytes]:
    async with connected(url) as client:
        log = await open_existing(client)
        return [fact.line async for batch in log.read_all() for fact in batch]


async def test_the_broker_has_the_log_byte_for_byte(replayed_broker: ReplayIntoBroker) -> None:
    assert await lines_at(replayed_broker(INTERVIEW).url) == KEPT.read_bytes().splitlines()


def test_a_test_without_an_event_loop_has_a_broker_too(replayed_broker: ReplayIntoBroker) -> None:
    assert len(asyncio.run(lines_at(replayed_broker(INTERVIEW).url))) == 51


async def test_a_fact_that_comes_after_the_replay_is_waited_for(replayed_broker: ReplayIntoBroker) -> None:
    async with replayed_broker(INTERVIEW).events() as events:
        telling = asyncio.create_task(events.tell(room(JAZZ), muted, actor=ANA))
        fact = await events.until(lambda fact: fact.event == muted)
        told = await telling

    assert fact.position == told.position
    assert fact.envelope.prevhash is not None
    assert fact.envelope.roomid == JAZZ


async def test_what_was_replayed_does_not_count_as_having_come(replayed_broker: ReplayIntoBroker) -> None:
    async with replayed_broker(INTERVIEW).events() as events:
        with pytest.raises(AssertionError, match=r"no such fact within 0\.2 s; none came"):
            await events.until(lambda fact: isinstance(fact.event, RoomEnded), within=0.2)


async def test_facts_may_be_waited_for_in_another_order_than_they_came_in(replayed_broker: ReplayIntoBroker) -> None:
    async with replayed_broker(INTERVIEW).events() as events:
        await events.tell(room(JAZZ), muted)
        await events.tell(room(JAZZ), unmuted)
        await events.tell(room(JAZZ), muted)

        second = await events.until(lambda fact: fact.event == unmuted)
        first = await events.until(lambda fact: fact.event == muted)
        third = await events.until(lambda fact: fact.event == muted, after=second)

    assert first.position < second.position < third.position


async def test_waiting_in_vain_tells_what_came_instead(replayed_broker: ReplayIntoBroker) -> None:
    async with replayed_broker(INTERVIEW).events() as events:
        told = await events.tell(room(JAZZ), muted)
        await events.until(lambda fact: fact.event == muted)
        with pytest.raises(AssertionError) as failed:
            await events.until(lambda fact: isinstance(fact.event, RoomEnded), within=0.1)

    assert str(failed.value).splitlines() == [
        "no such fact within 0.1 s; what came, 1:",
        f"  {told.position}  rooms.speaker-muted.v1  {JAZZ}/room-{JAZZ}",
    ]


async def test_a_broker_without_a_log_of_ours_is_empty(replayed_broker: ReplayIntoBroker) -> None:
    async with replayed_broker().events() as events:
        assert (await events.tell(room(JAZZ), muted)).revision == 1


def test_a_part_of_a_log_is_not_put_into_a_broker(tmp_path: Path) -> None:
    part = tmp_path / "part.jsonl"
    part.write_bytes(b"".join(KEPT.read_bytes().splitlines(keepends=True)[8:]))

    with broker(tmp_path / "broker") as empty, pytest.raises(NotReplayable, match=r"part\.jsonl, line 1, .*: revision"):
        empty.replay(read_log(part))


def test_a_broker_of_ones_own_ends_with_its_test(tmp_path: Path) -> None:
    with broker(tmp_path / "broker"):
        [server] = [child for child in psutil.Process().children() if str(tmp_path) in " ".join(child.cmdline())]
        assert server.is_running()

    assert not server.is_running()


def test_another_broker_is_used_when_it_is_named_and_left_empty(
    nats_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NATS_URL", nats_url)
    for _ in range(2):
        with broker(tmp_path) as named:
            assert named.url == nats_url
            named.replay(read_log(KEPT))


def test_another_broker_that_has_facts_is_left_as_it_is(
    replayed_broker: ReplayIntoBroker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = replayed_broker(INTERVIEW).url
    monkeypatch.setenv("NATS_URL", full)

    with pytest.raises(NotOurs, match="a log of 51 facts"), broker(tmp_path):
        pass

    assert len(asyncio.run(lines_at(full))) == 51


def test_a_broker_that_is_gone_is_told_of(tmp_path: Path) -> None:
    with broker(tmp_path / "broker") as ended:
        pass

    with pytest.raises(LogUnavailable, match="the broker does not answer"):
        ended.replay(read_log(KEPT))
