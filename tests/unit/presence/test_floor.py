"""When a speaker counts as joined and as gone."""

from functools import reduce

import pytest

from libs.events.decider import Decider
from libs.events.event import Event
from libs.events.ids import EventId, Milliseconds, PersonId, RoomId, SourceId
from libs.events.media import SourceConnected, SourceDisconnected, Transport
from libs.events.presence import AudienceMeasured, PresenceEvent, SpeakerJoined, SpeakerLeft
from libs.events.rooms import RoomEnded, RoomKind, RoomOpened, Seat, SpeakerAdmitted, SpeakerLeftStage
from libs.events.testing.story import Story
from services.presence.commands import Measure, Observe, PresenceVerb
from services.presence.decide import WINDOW, deadline, decide, turns
from services.presence.floor import GRACE, Floor, Moment, evolve_floor
from services.presence.state import Attendance, evolve

JAZZ = RoomId("jazzjazzjazz")
ANA = PersonId("anaanaanaana")
BEN = PersonId("benbenbenben")
presence: Decider[PresenceVerb, Attendance, PresenceEvent] = Decider(decide, evolve, Attendance())
attendance = Story(presence)

opened = RoomOpened(room=JAZZ, title="Jazz", kind=RoomKind.OPEN, host=ANA)
ben_seated = SpeakerAdmitted(room=JAZZ, person=BEN, seat=Seat.SPEAKER, by=ANA)
ben_unseated = SpeakerLeftStage(room=JAZZ, person=BEN, by=ANA)
ended = RoomEnded(room=JAZZ, by=ANA)
ben_joined = SpeakerJoined(room=JAZZ, person=BEN)
ben_left = SpeakerLeft(room=JAZZ, person=BEN)
NOBODY: frozenset[PersonId] = frozenset()
JUST_BEN = frozenset({BEN})


def connected(person: PersonId, source: str) -> SourceConnected:
    return SourceConnected(room=JAZZ, source=SourceId(source), person=person, transport=Transport.RTP)


def gone(person: PersonId, source: str) -> SourceDisconnected:
    return SourceDisconnected(room=JAZZ, source=SourceId(source), person=person, reason="silent")


def floor(*facts: Event) -> Floor:
    """The room after these facts, one a second: the first at 1000, with the id `fact-1`."""
    numbered = enumerate(facts, start=1)
    moments = [(fact, Moment(EventId(f"fact-{n}"), Milliseconds(1000 * n))) for n, fact in numbered]
    return reduce(lambda before, seen: evolve_floor(before, *seen), moments, Floor())


def due(after: Floor, at: int, present: frozenset[PersonId] = NOBODY) -> list[tuple[str, Observe]]:
    asked = turns(JAZZ, after, Attendance(present), Milliseconds(at))
    return [(turn.cause.fact, turn.ask) for turn in asked]


def test_a_seated_person_joins_with_the_first_source() -> None:
    after = floor(opened, ben_seated, connected(BEN, "microphone"))
    assert due(after, 3000) == [("fact-3", Observe(room=JAZZ, heard=JUST_BEN))]


def test_the_host_has_a_seat_from_the_start() -> None:
    assert due(floor(opened, connected(ANA, "microphone")), 2000) == [
        ("fact-2", Observe(room=JAZZ, heard=frozenset({ANA})))
    ]


def test_a_source_without_a_seat_joins_nobody() -> None:
    assert due(floor(opened, connected(BEN, "microphone")), 9000) == []


def test_whoever_is_connected_already_joins_with_the_seat() -> None:
    after = floor(opened, connected(BEN, "microphone"), ben_seated)
    assert due(after, 3000) == [("fact-3", Observe(room=JAZZ, heard=JUST_BEN))]


def test_a_second_source_changes_nothing() -> None:
    after = floor(opened, ben_seated, connected(BEN, "microphone"), connected(BEN, "guitar"))
    assert due(after, 4000, JUST_BEN) == []
    assert after.turned(BEN).fact == "fact-3"


def test_a_person_is_gone_five_seconds_after_the_last_source() -> None:
    after = floor(opened, ben_seated, connected(BEN, "microphone"), gone(BEN, "microphone"))
    assert deadline(after, Attendance(JUST_BEN)) == 4000 + GRACE == 9000
    assert due(after, 8999, JUST_BEN) == []
    assert due(after, 9000, JUST_BEN) == [("fact-4", Observe(room=JAZZ, gone=JUST_BEN))]


def test_a_person_with_another_source_is_not_gone() -> None:
    both = [connected(BEN, "microphone"), connected(BEN, "guitar")]
    after = floor(opened, ben_seated, *both, gone(BEN, "microphone"))
    assert due(after, 60_000, JUST_BEN) == []
    assert deadline(after, Attendance(JUST_BEN)) is None


def test_a_person_who_comes_back_in_time_never_left() -> None:
    flap = [connected(BEN, "microphone"), gone(BEN, "microphone"), connected(BEN, "microphone")]
    after = floor(opened, ben_seated, *flap)
    assert due(after, 60_000, JUST_BEN) == []


def test_whoever_loses_the_seat_is_gone_after_the_same_grace() -> None:
    after = floor(opened, ben_seated, connected(BEN, "microphone"), ben_unseated)
    assert due(after, 8999, JUST_BEN) == []
    assert due(after, 9000, JUST_BEN) == [("fact-4", Observe(room=JAZZ, gone=JUST_BEN))]


def test_a_restart_does_not_start_the_grace_time_again() -> None:
    facts = [opened, ben_seated, connected(BEN, "microphone"), gone(BEN, "microphone")]
    assert deadline(floor(*facts), Attendance(JUST_BEN)) == 9000


def test_when_the_room_ends_everybody_is_gone_at_once_and_together() -> None:
    microphones = [connected(ANA, "first"), connected(BEN, "second")]
    after = floor(opened, ben_seated, *microphones, ended)
    everybody = frozenset({ANA, BEN})
    assert due(after, 5000, everybody) == [("fact-5", Observe(room=JAZZ, gone=everybody))]


def test_nobody_joins_a_room_that_has_ended() -> None:
    assert due(floor(opened, ben_seated, ended, connected(BEN, "late")), 9000) == []


def test_joining_is_said_once() -> None:
    heard = Observe(room=JAZZ, heard=JUST_BEN)
    attendance.given().when(heard).then(ben_joined)
    attendance.given(ben_joined).when(heard).then_nothing()


def test_leaving_is_said_once_and_only_of_those_who_joined() -> None:
    away = Observe(room=JAZZ, gone=JUST_BEN)
    attendance.given(ben_joined).when(away).then(ben_left)
    attendance.given().when(away).then_nothing()


def test_an_audience_is_measured_while_there_is_one_and_once_more_when_it_is_gone() -> None:
    def measured(listeners: int) -> AudienceMeasured:
        return AudienceMeasured(room=JAZZ, listeners=listeners, window=WINDOW)

    def asks(listeners: int) -> Measure:
        return Measure(room=JAZZ, listeners=listeners, window=WINDOW)

    attendance.given().when(asks(0)).then_nothing()
    assert decide(asks(3), Attendance()) == [measured(3)]
    assert decide(asks(3), Attendance(listeners=3)) == [measured(3)]
    attendance.given(measured(3)).when(asks(0)).then(measured(0))


@pytest.mark.parametrize("seat", list(Seat))
def test_host_and_cohosts_run_the_stage(seat: Seat) -> None:
    after = floor(opened, SpeakerAdmitted(room=JAZZ, person=BEN, seat=seat, by=ANA))
    assert after.runs_stage(BEN) is (seat is not Seat.SPEAKER)
    assert not after.runs_stage(None)
