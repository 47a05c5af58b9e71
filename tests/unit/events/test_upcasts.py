"""A line with an old meaning is read as what it means today, and stays the line that it is."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from msgspec.structs import replace

from libs.events.anonymous import Anonymiser
from libs.events.catalogue import document
from libs.events.envelope import Recorded, as_written
from libs.events.folded import Head
from libs.events.ids import CommandId, Milliseconds, RoomId
from libs.events.ledger import Cause, Ledger, write
from libs.events.logstate import LogState, fold
from libs.events.memory import MemoryLog
from libs.events.replay import NotReplayable, check, read_lines, replay
from libs.events.rooms import RoomKind, RoomOpened, WentLive
from libs.events.schema import schemas
from libs.events.subjects import room
from libs.events.upcasts import Upcast, readers
from libs.events.vocabulary import CLASSES, AnyEvent
from parlor import log_asyncapi
from parlor.log_diff import Read, difference
from services.rooms.feed import Feed
from services.rooms.state import Room, Status, evolve
from tests.stories import logs, some
from tests.superseded import UPCASTS, RoomBegunV1, RoomBegunV2, opened, planted, written_long_ago

INTERVIEW = Path(__file__).parents[2] / "replay" / "interview.jsonl"
BEGUN = "rooms.room-begun.v1"
JAZZ = room("jazzinterview234")
NOW = Cause(id=CommandId("now"), correlationid="now", via="test", now=Milliseconds(1_764_000_100_000))


@pytest.fixture(autouse=True)
def _shipped_once() -> Iterator[None]:
    with planted():
        yield


def today() -> list[Recorded[AnyEvent]]:
    return list(read_lines(INTERVIEW.read_bytes().splitlines()))


def long_ago() -> list[Recorded[AnyEvent]]:
    return list(read_lines(written_long_ago(today())))


def but_for_types(state: LogState) -> LogState:
    return replace(state, types={})


def test_an_old_fact_is_met_as_the_newest_and_its_line_stays() -> None:
    [begun] = [fact for fact in long_ago() if fact.envelope.type == BEGUN]
    [now] = [fact.event for fact in today() if isinstance(fact.event, RoomOpened)]

    assert begun.event == now
    assert b'"type":"rooms.room-begun.v1"' in begun.line
    assert b'"name":"Jazz at Noon"' in begun.line
    assert as_written(begun) == RoomBegunV1(room=now.room, name=now.title, host=now.host, programme=now.programme)


@some()
@given(logs())
def test_any_log_of_long_ago_adds_up_to_the_same_and_is_whole(facts: list[Recorded[AnyEvent]]) -> None:
    olden = list(read_lines(written_long_ago(facts)))

    assert check(olden) == len(facts)
    assert [fact.event for fact in olden] == [fact.event for fact in facts]
    assert but_for_types(fold(olden)) == but_for_types(fold(facts))


def test_a_difference_is_told_of_the_lines_and_none_of_the_state() -> None:
    found = difference(Read(today()), Read(long_ago()))

    assert [one.aggregate for one in found.aggregates] == ["rooms jazzinterview234/room-jazzinterview234"]
    assert {each.place for each in found.state} == {"types.rooms.room-opened.v1", f"types.{BEGUN}"}


@some()
@given(logs())
def test_without_people_it_is_the_same_kind_of_log(facts: list[Recorded[AnyEvent]]) -> None:
    olden = list(read_lines(written_long_ago(facts)))
    ours, theirs = Anonymiser(b"secret"), Anonymiser(b"secret")

    lines = list(read_lines([theirs.line(fact) for fact in olden]))
    assert check(lines) == len(facts)
    assert [fact.envelope.type for fact in lines] == [fact.envelope.type for fact in olden]
    now = read_lines([ours.line(fact) for fact in facts])
    assert [fact.event for fact in lines] == [fact.event for fact in now]


async def test_it_is_replayed_with_the_same_bytes_and_gone_on_with_in_todays_words() -> None:
    log, olden = MemoryLog(), long_ago()[:9]
    async for _ in replay(log, olden):
        pass
    assert [fact.line async for batch in log.read_all() for fact in batch] == [fact.line for fact in olden]

    book = Ledger(log, evolve, Room())
    await book.record(JAZZ, NOW, lambda _: [WentLive(room=RoomId(JAZZ.id))])
    state = (await book.get(JAZZ)).state
    assert (state.status, state.opened) == (Status.LIVE, (await log.read(JAZZ))[0].event)


def test_a_reader_in_a_browser_is_told_what_is_said_today() -> None:
    feed = Feed(None)
    told = [feed.show(fact) for fact in long_ago()]

    [begun] = [each for each in told if each is not None and b'"kind":"open"' in each]
    assert b"\nevent: rooms.room-opened.v1\n" in begun
    assert b"room-begun" not in begun


def test_what_is_superseded_is_not_written_any_more() -> None:
    begun = RoomBegunV1(room=RoomId(JAZZ.id), name="Jazz", host=today()[0].event.person)  # type: ignore[union-attr]  # a person comes first

    with pytest.raises(TypeError, match=r"room-begun\.v1 is only read any more: write rooms\.room-begun\.v2"):
        write(JAZZ, [begun], Head(), NOW)


def test_an_old_line_that_can_t_be_read_is_unreadable_under_its_own_type() -> None:
    line = written_long_ago(today())[4].replace(b'"name":', b'"noun":')

    with pytest.raises(NotReplayable, match=r"room-begun\.v1 .*missing required field `name`"):
        list(read_lines([line]))


def test_each_is_described_and_marked() -> None:
    made = schemas("rooms", UPCASTS)
    assert made["rooms.room-begun.v2"]["deprecated"] is True
    assert not any(made[fact.tag].get("deprecated") for fact in CLASSES if fact.tag in made)

    page = document(UPCASTS)
    assert "### `rooms.room-begun.v1`\n\n*Superseded*: read as `rooms.room-begun.v2`, never written again." in page
    assert "*Superseded*" not in document()


def test_each_is_a_message_that_nobody_appends() -> None:
    made: Any = log_asyncapi.document(UPCASTS)

    assert set(made["channels"]["rooms-RoomBegun"]["messages"]) == {BEGUN, "rooms.room-begun.v2"}
    assert made["components"]["messages"][BEGUN]["x-superseded-by"] == "rooms.room-begun.v2"
    assert "anyone-follows-rooms-RoomBegun" in made["operations"]
    assert "rooms-appends-RoomBegun" not in made["operations"]


def test_steps_that_lead_in_a_circle_nowhere_or_from_a_current_fact_are_refused() -> None:
    first, second = UPCASTS
    back = Upcast(RoomBegunV2, RoomBegunV1, lambda old: RoomBegunV1(room=old.room, name=old.title, host=old.host))
    undone = Upcast(RoomOpened, RoomBegunV2, lambda old: RoomBegunV2(room=old.room, title=old.title, host=old.host))

    for steps in ((first,), (first, back), (first, second, undone)):
        with pytest.raises(TypeError, match="upcasts lead from superseded facts to a current one"):
            readers(CLASSES, steps)


def test_a_step_knows_only_the_version_before() -> None:
    closed = RoomBegunV2(room=RoomId(JAZZ.id), title="Jazz", closed=True, host=today()[0].event.person)  # type: ignore[union-attr]  # a person comes first
    read = readers(CLASSES, UPCASTS)[RoomBegunV2.tag](msgspec.Raw(msgspec.json.encode(closed)))

    assert read == opened(closed)
    assert read.kind is RoomKind.INVITED
