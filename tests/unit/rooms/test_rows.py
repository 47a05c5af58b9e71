"""The listing's row says what the rules' state says, whatever happened."""

from datetime import UTC, datetime, timedelta
from functools import reduce

from libs.events.event import Event
from libs.events.ids import Milliseconds
from libs.events.media import StreamReady
from libs.events.presence import AudienceMeasured
from libs.events.rooms import Seat
from services.rooms.rows import RoomRow, Said, project
from services.rooms.state import Status
from tests.unit.rooms.people import ANA, BEN, JAZZ, ended, gone, invited, live, muted, opened, seated, unmuted

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
ready = StreamReady(
    room=JAZZ, rendition="mp3", epoch=1, path="/live/x.mp3", codec="mp3", bitrate=64, latency=Milliseconds(1)
)
twelve = AudienceMeasured(room=JAZZ, listeners=12, window=Milliseconds(10_000))


def row(*facts: Event) -> RoomRow:
    """The row after these facts, one a minute, each a revision of the room."""
    said = [Said(fact, NOON + timedelta(minutes=n), n + 1) for n, fact in enumerate(facts)]
    after = reduce(project, said, None)
    assert after is not None
    return after


def test_an_opened_room_has_its_host_on_the_stage() -> None:
    assert [(seat.person, seat.seat, seat.since) for seat in row(opened).stage] == [(ANA, Seat.HOST, NOON)]


def test_a_live_room_says_since_when() -> None:
    after = row(opened, live)
    assert (after.status, after.live) == (Status.LIVE, NOON + timedelta(minutes=1))


def test_another_seat_is_not_a_new_arrival() -> None:
    after = row(opened, seated(BEN), seated(BEN, Seat.COHOST))
    assert [(seat.seat, seat.since) for seat in after.stage][1] == (Seat.COHOST, NOON + timedelta(minutes=1))


def test_who_is_muted_and_who_left_is_seen() -> None:
    assert row(opened, seated(BEN), muted(BEN)).stage[1].muted
    assert not row(opened, seated(BEN), muted(BEN), unmuted(BEN)).stage[1].muted
    assert len(row(opened, seated(BEN), gone(BEN)).stage) == 1


def test_every_fact_of_the_room_is_a_revision_and_no_fact_of_others_is() -> None:
    assert row(opened, invited(BEN)).revision == 2
    assert row(opened, ready, twelve).revision == 1


def test_an_ended_room_has_no_stage_no_sound_and_no_audience() -> None:
    after = row(opened, live, ready, twelve, ended, ready)
    assert (after.status, after.stage, after.streams, after.audience) == (Status.ENDED, (), (), 0)


def test_facts_of_a_room_that_nobody_opened_make_no_row() -> None:
    assert project(None, Said(live, NOON, 1)) is None
