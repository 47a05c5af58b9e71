"""A log without people: nobody's id, name or words are in it, and it is as whole as before."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from msgspec.structs import replace

from libs.events.anonymous import Anonymiser
from libs.events.envelope import Envelope, Recorded, UnreadableEvent, stored
from libs.events.ids import Position
from libs.events.logstate import DeviceState, LogState, RoomState, fold
from libs.events.replay import check, read_lines
from libs.events.standins import StandIns
from libs.events.vocabulary import AnyEvent
from tests.stories import DEVICES, PEOPLE, PROGRAMMES, ROOMS, SOURCES, logs, some

REPLAYS = Path(__file__).parents[2] / "replay"
FILES = sorted(REPLAYS.glob("*.jsonl"))
SECRET = b"of this test"
PERSONAL = (b"ana222", b"ben222", b"cyz222", b"kitchen", b"noonprogramme", b"jazzinterview", b"Noon", b"noon jazz")


def facts(file: Path) -> list[Recorded[AnyEvent]]:
    with file.open("rb") as lines:
        return list(read_lines(lines))


def anonymous(known: list[Recorded[AnyEvent]], secret: bytes = SECRET) -> list[bytes]:
    anonymiser = Anonymiser(secret)
    return [anonymiser.line(fact) for fact in known]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_log_without_people_is_whole_and_has_as_many_of_everything(file: Path) -> None:
    known = facts(file)
    lines = anonymous(known)
    assert check(read_lines(lines)) == len(known)

    was, now = fold(known), fold(read_lines(lines))
    assert (now.facts, now.types, len(now.rooms), now.people) == (was.facts, was.types, len(was.rooms), was.people)


def test_nothing_personal_is_left_of_an_interview() -> None:
    text = b"\n".join(anonymous(facts(REPLAYS / "interview.jsonl")))

    assert [word for word in PERSONAL if word in text] == []
    assert b'"reason":"room-ended"' in text
    assert b'"locale":"en-US"' in text


def test_who_is_who_is_the_same_in_one_export_and_another_in_the_next() -> None:
    known = facts(REPLAYS / "interview.jsonl")

    assert anonymous(known) == anonymous(known)
    assert not set(anonymous(known)) & set(anonymous(known, b"another"))


def test_times_revisions_and_who_caused_what_stay() -> None:
    known = facts(REPLAYS / "interview.jsonl")
    now = [fact.envelope for fact in read_lines(anonymous(known))]
    was = [fact.envelope for fact in known]

    assert [(one.time, one.revision, one.mediatime) for one in now] == [
        (one.time, one.revision, one.mediatime) for one in was
    ]
    assert causes(now) == causes(was)


def causes(envelopes: list[Envelope]) -> list[int]:
    """For each fact the first fact with the same cause."""
    first: dict[str, int] = {}
    return [first.setdefault(envelope.causationid, number) for number, envelope in enumerate(envelopes)]


def with_fields(**fields: object) -> Recorded[AnyEvent]:
    line = (REPLAYS / "interview.jsonl").read_bytes().splitlines()[4]
    [fact] = read_lines([msgspec.json.encode(msgspec.json.decode(line) | fields)])
    return fact


def test_of_an_unknown_type_every_string_goes_and_the_shape_stays() -> None:
    data = {"person": "ana2222222222222", "said": ["my name is Ana", 7, None], "by": {"ana2222222222222": True}}
    anonymiser = Anonymiser(SECRET)
    line = anonymiser.line(with_fields(type="rooms.letter-written.v1", data=data))
    ana = anonymiser.stand_ins.id("ana2222222222222")
    told = msgspec.json.decode(line)["data"]

    assert (told["person"], told["said"][1:], told["by"]) == (ana, [7, None], {ana: True})
    assert "Ana" not in told["said"][0]


def test_fields_that_nobody_knows_are_left_out() -> None:
    was = msgspec.json.decode(with_fields().line)
    line = anonymous([with_fields(data=was["data"] | {"note": "for Ana"}, note="for Ana")])[0]

    assert b"for Ana" not in line
    assert b"note" not in line


def test_a_trace_keeps_its_form_and_leads_nowhere() -> None:
    trace = f"00-{'ab' * 16}-{'cd' * 8}-01"
    [line] = read_lines(anonymous([with_fields(traceparent=trace)]))
    assert line.envelope.traceparent is not None
    assert len(line.envelope.traceparent) == len(trace)
    assert "abab" not in line.envelope.traceparent

    [line] = read_lines(anonymous([with_fields(traceparent="Ana's trace")]))
    assert line.envelope.traceparent is None


def test_a_term_or_a_language_that_is_none_is_somebodys_words() -> None:
    opened = msgspec.json.decode(with_fields().line)["data"] | {"language": "Ana's own"}
    [fact] = read_lines(anonymous([with_fields(via="Ana's phone", role="ana@example.com", data=opened)]))

    assert "Ana" not in fact.envelope.via
    assert "ana@" not in (fact.envelope.role or "")
    assert msgspec.json.decode(fact.envelope.data)["language"] == "und"


def test_a_line_that_cannot_be_read_is_not_given_away() -> None:
    known = with_fields()
    odd = stored(b'{"my name":"Ana"', Position(7), known.envelope.aggregate)

    with pytest.raises(UnreadableEvent, match="position 7 can't be read"):
        Anonymiser(SECRET).line(odd)


@some()
@given(logs())
def test_any_log_without_people_folds_to_the_same_but_for_names(known: list[Recorded[AnyEvent]]) -> None:
    anonymiser = Anonymiser(SECRET)
    lines = [anonymiser.line(fact) for fact in known]
    assert check(read_lines(lines)) == len(known)

    assert plain(fold(read_lines(lines))) == plain(of_nobody(fold(known), anonymiser.stand_ins))
    text = b"\n".join(lines)
    assert [one for one in (*ROOMS, *PROGRAMMES, *PEOPLE, *SOURCES, *DEVICES) if one.encode() in text] == []


def plain(state: LogState) -> Any:
    """A state as JSON; what is sorted by id has no order here, and of a track, two texts in one, only that it plays."""
    told = msgspec.json.decode(msgspec.json.encode(state))
    for room in told["rooms"].values():
        room |= {key: sorted(room[key]) for key in ("invited", "speaking") if key in room}
        room |= {"track": bool(room.get("track"))}
    return told | {"forgotten": sorted(told.get("forgotten", ()))}


def of_nobody(state: LogState, stand: StandIns) -> LogState:
    """The state with every name replaced, and nothing else."""
    return replace(
        state,
        rooms={stand.id(room): room_of_nobody(one, stand) for room, one in state.rooms.items()},
        programmes={stand.id(one): replace(was, title=stand.words(was.title)) for one, was in state.programmes.items()},
        devices={stand.id(device): device_of_nobody(one, stand) for device, one in state.devices.items()},
        forgotten=tuple(stand.id(person) for person in state.forgotten),
    )


def room_of_nobody(room: RoomState, stand: StandIns) -> RoomState:
    return replace(
        room,
        title=stand.words(room.title),
        host=stand.id(room.host) if room.host else room.host,
        stage={stand.id(person): place for person, place in room.stage.items()},
        programme=room.programme and stand.id(room.programme),
        invited=tuple(stand.id(person) for person in room.invited),
        hands=tuple(stand.id(person) for person in room.hands),
        senders={
            stand.id(source): replace(one, person=stand.id(one.person), name=stand.words(one.name))
            for source, one in room.senders.items()
        },
        speaking=tuple(stand.id(person) for person in room.speaking),
    )


def device_of_nobody(device: DeviceState, stand: StandIns) -> DeviceState:
    return replace(
        device,
        plays={stand.handle(token): replace(play, room=stand.id(play.room)) for token, play in device.plays.items()},
        playing=device.playing and stand.handle(device.playing),
        left=device.left and stand.id(device.left),
    )
