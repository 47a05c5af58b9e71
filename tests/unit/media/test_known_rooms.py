"""What a mixer that starts knows from the log, and what it says once."""

import msgspec
import pytest

from libs.events.envelope import Recorded, decode, encode
from libs.events.event import Event
from libs.events.folded import Head
from libs.events.fresh import fresh_event_id
from libs.events.ids import Milliseconds, Position, Samples
from libs.events.ledger import Cause, write
from libs.events.media import MediaEvent, MixStarted, MixStopped, StreamReady, TrackStarted
from libs.events.memory import MemoryLog
from libs.events.rooms import RoomEnded
from libs.events.subjects import room
from libs.events.vocabulary import AnyEvent
from services.media.decide import Said, admit, place, said, say, ssrc
from services.media.errors import NoiseStaysInConcerts, NoSuchRoom, NotSeated, NotYourSource, RoomIsOver
from services.media.known_rooms import KnownRooms
from services.media.recorder import Recorder
from services.media.registration import RegisterSource
from services.media.sdp import describe
from services.media.state import Stage
from tests.unit.media.evening import ANA, ANAS, BEN, ROOM, ana_registered, ben_admitted, live, opened, stage

SECOND = Samples(48_000)
MIX = MixStarted(room=ROOM, epoch=1, first=Samples(0))
READY = StreamReady(
    room=ROOM,
    rendition="aac",
    epoch=1,
    path="/live/x.aac",
    codec="aac",
    bitrate=64_000,
    latency=Milliseconds(2000),
)


def recorded(fact: Event, wall: int, mediatime: Samples | None = None) -> Recorded[AnyEvent]:
    identity = fresh_event_id()
    cause = Cause(id=identity, correlationid=identity, via="test", now=Milliseconds(wall), mediatime=mediatime)
    owner = fact.tag.partition(".")[0]
    (envelope,) = write(room(ROOM, owner, "room"), [fact], Head(), cause)
    return decode(encode(envelope), Position(wall))


def asks(person: str, actor: str) -> tuple[RegisterSource, str]:
    return RegisterSource(person=ANA if person == "ana" else BEN, name="main"), actor


def test_media_time_goes_on_from_the_opening() -> None:
    rooms = KnownRooms()
    (known,) = rooms.fold([recorded(opened, 10_000), recorded(live, 11_000)])
    assert known.age(Milliseconds(13_000)) == 3 * SECOND


def test_a_fact_that_was_ahead_keeps_media_time_ahead() -> None:
    rooms = KnownRooms()
    (known,) = rooms.fold([recorded(opened, 10_000), recorded(MIX, 11_000, Samples(3 * SECOND))])
    assert known.age(Milliseconds(12_000)) == 4 * SECOND


def test_a_fact_that_was_written_late_sets_nothing_back() -> None:
    rooms = KnownRooms()
    (known,) = rooms.fold([recorded(opened, 10_000), recorded(MIX, 30_000, Samples(SECOND))])
    assert known.age(Milliseconds(30_000)) == 20 * SECOND


def test_a_room_that_is_over_is_told_once_and_forgotten() -> None:
    rooms = KnownRooms()
    rooms.fold([recorded(opened, 1)])
    (known,) = rooms.fold([recorded(RoomEnded(room=ROOM, by=ANA), 2)])
    assert not known.stage.open
    assert rooms.open() == []
    assert rooms.fold([recorded(MixStopped(room=ROOM, epoch=1, last=SECOND), 3)]) == []


def test_a_source_has_the_number_that_nobody_else_has() -> None:
    first = ssrc(ANAS, "command", ())
    assert ssrc(ANAS, "command", ()) == first
    assert ssrc(ANAS, "command", {first}) != first
    assert 0 < first < 1 << 32


@pytest.mark.parametrize(
    ("what", "there", "refusal"),
    [
        (asks("ana", ANA), Stage(), NoSuchRoom),
        (asks("ana", ANA), stage(opened, RoomEnded(room=ROOM, by=ANA)), RoomIsOver),
        (asks("ben", BEN), stage(opened), NotSeated),
        (asks("ana", BEN), stage(opened, ben_admitted), NotYourSource),
    ],
)
def test_who_may_have_no_place_is_told_why(
    what: tuple[RegisterSource, str], there: Stage, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        admit(*what, there)


def test_noise_is_taken_out_of_talk_and_never_of_a_concert() -> None:
    quiet = RegisterSource(person=ANA, name="main", noise_suppression=True)
    admit(quiet, ANA, stage(opened))
    with pytest.raises(NoiseStaysInConcerts):
        admit(quiet, ANA, stage(msgspec.structs.replace(opened, concert=True)))


def test_the_host_may_register_for_whoever_sits() -> None:
    admit(*asks("ben", ANA), stage(opened, ben_admitted))


def test_readiness_is_said_once_per_epoch() -> None:
    after = said(Said(), READY)
    assert say(READY)(Said()) == [READY]
    assert say(READY)(said(after, TrackStarted(room=ROOM, title="x"))) == []


def test_an_epoch_never_comes_back() -> None:
    assert say(MIX)(said(Said(), MIX)) == []
    assert say(MixStarted(room=ROOM, epoch=2, first=SECOND))(said(Said(), MIX)) != []


def test_each_fact_has_its_aggregate() -> None:
    facts: list[MediaEvent] = [MIX, READY, ana_registered]
    assert [place(fact).name for fact in facts] == [
        f"{ROOM}/mix-{ROOM}",
        f"{ROOM}/output-{ROOM}",
        f"{ROOM}/source-{ANAS}",
    ]


def test_a_description_names_the_number_and_the_port() -> None:
    text = describe("main\r\na=evil", "127.0.0.1", 5004, 7)
    assert "m=audio 5004 RTP/AVP 111\r\n" in text
    assert "a=ssrc:7 " in text
    assert "\r\na=evil" not in text


async def test_facts_are_written_in_order_with_their_media_time() -> None:
    log = MemoryLog()
    recorder = Recorder(log, wall=lambda: 1.0)
    recorder.start()
    recorder.note(MIX, Samples(0))
    recorder.note(READY, SECOND)
    recorder.note(READY, Samples(2 * SECOND))
    await recorder.drain()
    written = await log.read_scope(ROOM)
    assert [(each.event, each.envelope.mediatime) for each in written] == [(MIX, 0), (READY, SECOND)]


async def test_what_a_mixer_has_to_say_about_a_room_that_it_lost_is_not_written() -> None:
    log = MemoryLog()
    recorder = Recorder(log, wall=lambda: 1.0)
    mine = {READY}

    async def may(fact: MediaEvent) -> bool:
        return fact in mine

    recorder.may = may
    recorder.start()
    notes = [recorder.note(fact, SECOND) for fact in (MIX, READY)]
    await recorder.drain()
    assert all(note.done() for note in notes)
    assert [each.event for each in await log.read_scope(ROOM)] == [READY]


def test_the_log_itself_refuses_what_is_of_a_lower_epoch() -> None:
    newer = said(Said(), MixStarted(room=ROOM, epoch=2, first=SECOND))
    assert say(MixStopped(room=ROOM, epoch=1, last=SECOND))(newer) == []
    assert say(MixStopped(room=ROOM, epoch=2, last=SECOND))(newer) != []
    later = said(Said(), msgspec.structs.replace(READY, epoch=READY.epoch + 1))
    assert say(READY)(later) == []
