"""A kept log is read once, strictly, and asked about: states, moments, folds."""

from collections import Counter
from pathlib import Path
from shutil import copy

import msgspec
import pytest

from libs.events.envelope import Recorded
from libs.events.ids import PersonId
from libs.events.media import SpeakingStarted
from libs.events.replay import NotReplayable
from libs.events.rooms import RoomEnded, RoomEvent
from libs.events.testing.kept import UnknownFacts, beside, read_log
from libs.events.testing.plugin import ReplayLog, ReplayRoom
from libs.events.vocabulary import AnyEvent

INTERVIEW = "../../replay/interview.jsonl"
KEPT = Path(__file__).parent / INTERVIEW
BEN = PersonId("ben2222222222222")


def test_a_room_is_what_its_log_says(replayed_room: ReplayRoom) -> None:
    state = replayed_room(INTERVIEW).state

    assert (state.title, state.status) == ("Jazz at Noon", "ended")


def test_a_room_can_be_seen_at_each_of_its_revisions(replayed_room: ReplayRoom) -> None:
    room = replayed_room(INTERVIEW)

    states = [room.at(revision).state for revision in range(1, room.state.revision + 1)]

    assert [state.revision for state in states] == [*range(1, room.state.revision + 1)]
    assert list(dict.fromkeys(state.status for state in states)) == ["open", "live", "ended"]
    assert [BEN in state.stage for state in states[:3]] == [False, False, True]


def test_a_room_at_a_revision_has_nothing_of_what_came_later(replayed_room: ReplayRoom) -> None:
    room = replayed_room(INTERVIEW)
    ended = next(n for n, event in enumerate(room.events) if isinstance(event, RoomEnded))

    assert room.at(room.state.revision).events == room.events[: ended + 1]


def test_a_revision_that_a_room_never_had_is_named(replayed_room: ReplayRoom) -> None:
    with pytest.raises(LookupError, match=r"no revision 90; there are 1 to \d+"):
        replayed_room(INTERVIEW).at(90)


def test_which_room_is_meant_must_be_said_when_there_are_several(replayed_room: ReplayRoom) -> None:
    demo = "../../replay/demo.jsonl"
    with pytest.raises(LookupError, match=r"demo\.jsonl has more than one room.*houseroom0001") as refused:
        replayed_room(demo)

    for room in str(refused.value).rpartition("rooms: ")[2].split(", "):
        assert replayed_room(demo, room=room).state.title
    with pytest.raises(LookupError, match="no room 'elsewhere'"):
        replayed_room(demo, room="elsewhere")


def test_a_projection_of_ones_own_is_a_fold(replayed_log: ReplayLog) -> None:
    def turns(so_far: Counter[str], fact: Recorded[AnyEvent]) -> Counter[str]:
        return so_far + Counter([fact.event.person]) if isinstance(fact.event, SpeakingStarted) else so_far

    nobody: Counter[str] = Counter()
    assert replayed_log(INTERVIEW).fold(turns, nobody) == {"ana2222222222222": 3, BEN: 3}


def test_what_all_services_wrote_about_a_room_is_the_rooms(replayed_room: ReplayRoom) -> None:
    facts = replayed_room(INTERVIEW).facts

    assert {fact.envelope.aggregate.owner for fact in facts} == {"rooms", "presence", "media", "playback"}
    assert sum(isinstance(fact.event, RoomEvent) for fact in facts) < len(facts)


def test_a_file_that_is_not_there_is_named_with_those_that_are(replayed_log: ReplayLog) -> None:
    with pytest.raises(
        FileNotFoundError, match=r"replay/concerto\.jsonl; logs .*: concert\.jsonl, .*, talk_show\.jsonl"
    ):
        replayed_log("../../replay/concerto.jsonl")


def test_a_damaged_line_is_named(tmp_path: Path) -> None:
    lines = KEPT.read_bytes().splitlines(keepends=True)
    lines[6] = lines[6].replace(b"ben", b"bem")
    damaged = tmp_path / "damaged.jsonl"
    damaged.write_bytes(b"".join(lines))

    with pytest.raises(NotReplayable, match=r"damaged\.jsonl, line 8, .*prevhash"):
        read_log(damaged)


def test_a_line_that_is_cut_off_is_named(tmp_path: Path) -> None:
    cut = tmp_path / "cut.jsonl"
    cut.write_bytes(KEPT.read_bytes()[:-20])

    with pytest.raises(NotReplayable, match=r"cut\.jsonl, line 51: the file ends in the middle"):
        read_log(cut)


def test_a_type_from_the_future_is_counted_and_skipped_unless_a_test_is_strict(tmp_path: Path) -> None:
    newer = tmp_path / "newer.jsonl"
    lines = KEPT.read_bytes().splitlines()
    last = msgspec.json.decode(lines[-1])
    newer.write_bytes(b"\n".join([*lines[:-1], msgspec.json.encode(last | {"type": "media.hologram-shown.v1"})]))

    log = read_log(newer)

    assert log.unknown == {"media.hologram-shown.v1": 1}
    assert len(log.events) == len(log.facts) - 1
    with pytest.raises(UnknownFacts, match=r"newer\.jsonl, line 51: .*media\.hologram-shown\.v1 \(1\)"):
        read_log(newer, strict=True)


def test_the_part_of_a_log_that_everybody_may_read_is_a_log_too(tmp_path: Path) -> None:
    public = tmp_path / "public.jsonl"
    audible = [fact.line for fact in read_log(KEPT).facts if fact.event.audience == "public"]
    public.write_bytes(b"\n".join(audible))

    assert read_log(public).room().state.status == "ended"


def test_a_file_that_changes_is_read_again(tmp_path: Path) -> None:
    file = Path(copy(KEPT, tmp_path))
    assert len(read_log(file).facts) == 51
    file.write_bytes(b"".join(KEPT.read_bytes().splitlines(keepends=True)[:20]))

    assert len(read_log(file).facts) == 20


def test_a_file_is_looked_for_beside_the_test(tmp_path: Path) -> None:
    copy(KEPT, tmp_path)

    assert beside(tmp_path / "test_concert.py", "interview.jsonl") == tmp_path / "interview.jsonl"
    assert beside(tmp_path / "test_concert.py", KEPT) == KEPT
