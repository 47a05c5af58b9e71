"""A desk answers the same command the same way, whichever way and however often it comes."""

import asyncio
from typing import ClassVar

import msgspec
import pytest

from libs.events.command import Accepted, Command, Rejected
from libs.events.ids import CommandId, Position
from libs.events.log import LogUnavailable
from libs.events.refusal import Contended, Refusal
from libs.service.answers import DAY, Kept, MemoryAnswers
from libs.service.caughtup import CaughtUp
from libs.service.commands import Desk, read_answer

ANA_MUTES = Command(
    id=CommandId("c1"), subject="jazzjazzjazz/room-jazzjazzjazz", actor="ana", via="http", correlationid="c1"
)


class RoomNotLive(Refusal):
    slug: ClassVar = "room-not-live"
    status: ClassVar = 409


class Registered(Accepted, frozen=True, kw_only=True):
    port: int


class Worker:
    """Counts how often it was asked, and does what it is told."""

    def __init__(self, *outcomes: Accepted | Exception) -> None:
        self.asked = 0
        self._outcomes = list(outcomes)

    async def __call__(self, _command: Command) -> Accepted:
        self.asked += 1
        outcome = self._outcomes.pop(0) if len(self._outcomes) > 1 else self._outcomes[0]
        await asyncio.sleep(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


DONE = Accepted(revision=3, position=Position(41))


def answer_of(kept: Kept) -> Accepted | Rejected:
    return read_answer(kept.answer, Accepted)


async def test_a_repeated_command_gets_the_first_answer_and_is_not_worked_again() -> None:
    worker = Worker(DONE, Accepted(revision=9, position=Position(99)))
    desk = Desk({"Mute": worker})

    first, second = await desk.take("Mute", ANA_MUTES), await desk.take("Mute", ANA_MUTES)

    assert first.answer == second.answer
    assert worker.asked == 1


async def test_two_who_ask_at_once_get_one_answer() -> None:
    worker = Worker(DONE, Accepted(revision=9, position=Position(99)))
    desk = Desk({"Mute": worker})

    first, second = await asyncio.gather(*(desk.take("Mute", ANA_MUTES) for _ in range(2)))

    assert first == second
    assert worker.asked == 1


async def test_a_refusal_is_an_answer_and_is_kept() -> None:
    worker = Worker(RoomNotLive("room jazz is ended, not live"), DONE)
    desk = Desk({"Mute": worker})

    first, second = await desk.take("Mute", ANA_MUTES), await desk.take("Mute", ANA_MUTES)

    assert answer_of(first) == Rejected(code="room-not-live", detail="room jazz is ended, not live", status=409)
    assert second == first


@pytest.mark.parametrize(
    ("fault", "slug"), [(Contended("busy"), "contended"), (LogUnavailable("no leader"), "log-unavailable")]
)
async def test_what_asking_again_could_change_is_not_kept(fault: Exception, slug: str) -> None:
    desk = Desk({"Mute": Worker(fault, DONE)})

    first, second = await desk.take("Mute", ANA_MUTES), await desk.take("Mute", ANA_MUTES)
    rejected = answer_of(first)

    assert isinstance(rejected, Rejected)
    assert rejected.code == slug
    assert answer_of(second) == DONE


async def test_a_fault_is_nobodys_answer_and_the_next_one_is_worked() -> None:
    desk = Desk({"Mute": Worker(RuntimeError("bug"), DONE)})

    with pytest.raises(RuntimeError):
        await desk.take("Mute", ANA_MUTES)

    assert answer_of(await desk.take("Mute", ANA_MUTES)) == DONE


async def test_an_asker_who_gives_up_does_not_block_the_next() -> None:
    stuck = asyncio.Event()

    async def work(_command: Command) -> Accepted:
        if not stuck.is_set():
            stuck.set()
            await asyncio.Event().wait()
        return DONE

    desk = Desk({"Mute": work})
    first = asyncio.create_task(desk.take("Mute", ANA_MUTES))
    await stuck.wait()
    second = asyncio.create_task(desk.take("Mute", ANA_MUTES))
    first.cancel()

    assert answer_of(await asyncio.wait_for(second, 5)) == DONE


async def test_a_key_with_another_command_is_refused_but_another_persons_key_is_their_own() -> None:
    desk = Desk({"Mute": Worker(DONE), "End": Worker(DONE)})
    await desk.take("Mute", ANA_MUTES)

    other_data = msgspec.structs.replace(ANA_MUTES, data=msgspec.Raw(b'{"person":"ben"}'))
    for name, command in (("End", ANA_MUTES), ("Mute", other_data)):
        rejected = answer_of(await desk.take(name, command))
        assert isinstance(rejected, Rejected)
        assert (rejected.code, rejected.status) == ("key-reused", 422)
    bens = msgspec.structs.replace(other_data, actor="ben")
    assert answer_of(await desk.take("Mute", bens)) == DONE


async def test_a_command_waits_for_what_its_sender_has_seen() -> None:
    fold = CaughtUp()
    desk = Desk({"Mute": Worker(DONE)}, fold=fold)
    later = msgspec.structs.replace(ANA_MUTES, after=Position(7))
    waiting = asyncio.create_task(desk.take("Mute", later))
    await asyncio.sleep(0)
    assert not waiting.done()
    fold.reached(Position(7))

    assert answer_of(await waiting) == DONE


async def test_an_answer_may_say_more_than_accepted() -> None:
    desk = Desk({"RegisterSource": Worker(Registered(revision=1, position=Position(5), port=5004))})
    kept = await desk.take("RegisterSource", ANA_MUTES)
    registered = read_answer(kept.answer, Registered)

    assert isinstance(registered, Registered)
    assert registered.port == 5004


async def test_bytes_that_are_no_command_are_rejected() -> None:
    rejected = read_answer(await Desk({"Mute": Worker(DONE)}).taker("Mute")(b"{}", {}), Accepted)

    assert isinstance(rejected, Rejected)
    assert rejected.code == "malformed-command"


async def test_memory_keeps_the_first_answer_for_a_day_and_only_so_many() -> None:
    now = [0.0]
    answers = MemoryAnswers(limit=2, clock=lambda: now[0])
    first, second = (Kept(fingerprint=text, status=200, answer=b"") for text in ("1", "2"))
    await answers.keep("a", first)
    await answers.keep("a", second)
    assert await answers.recall("a") == first
    now[0] = DAY
    assert await answers.recall("a") is None
    for key in "abc":
        await answers.keep(key, second)

    assert [await answers.recall(key) for key in "abc"] == [None, second, second]
