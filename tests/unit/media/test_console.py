"""When a room is on air, in which epoch, and at what media time."""

from collections.abc import Iterator
from itertools import pairwise

import pytest

from libs.events.air import SEGMENT, TICK
from libs.events.ids import RoomId, Samples
from libs.events.media import (
    MixStarted,
    MixStopped,
    SourceConnected,
    SourceDisconnected,
    SpeakingStarted,
    SpeakingStopped,
    TrackStarted,
    Transport,
)
from libs.events.rooms import RoomEnded, RoomKind, RoomOpened
from services.media.on_air import Outcome
from services.media.studio import IDLE_FOR, LISTENED_FOR
from services.media.track import Track
from tests.unit.media.evening import (
    ANA,
    ANAS,
    ROOM,
    FakePlayer,
    Shift,
    ana_registered,
    automated,
    deck,
    live,
    opened,
    stage,
)
from tests.unit.media.mixing.sounds import tone

NOW = Samples(0)


class Night(Shift):
    """A console that somebody steps, an hour after the desk began."""

    def rendition(self, name: str) -> list[tuple[int, int]]:
        """Media time and duration of its frames, joined."""
        made = [each for air in self.out.air if air.rendition == name for each in air.frames]
        return [(each.mediatime, each.duration) for each in made]

    @property
    def silent(self) -> bool:
        """True when nothing is made and nobody is told anything."""
        before, self.out = self.out, fresh()
        self.steps(20)
        silent, self.out = not self.out, before
        return silent


@pytest.fixture
def shift() -> Iterator[Night]:
    with deck() as made:
        made.desk.turn(1_000)
        yield Night(made, lambda: FakePlayer(tone(1000, 0.02, 0.1)))


def fresh() -> Outcome:
    return Outcome()


def test_a_room_without_source_automation_or_listener_costs_nothing(shift: Night) -> None:
    shift.own(opened, live)
    assert shift.silent
    shift.steps(10)
    assert not shift.out


def test_automation_puts_a_room_on_air_at_once(shift: Night) -> None:
    shift.own(automated, live)
    shift.steps(1)
    assert MixStarted(room=ROOM, epoch=1, first=Samples(0)) in shift.facts()


def test_a_registered_source_puts_it_on_air_at_the_media_time_of_then(shift: Night) -> None:
    shift.own(opened, live)
    shift.steps(500)
    shift.console.settle(stage(opened, live, ana_registered))
    shift.steps(1)
    assert shift.facts() == [MixStarted(room=ROOM, epoch=1, first=Samples(500 * TICK))]


def test_the_first_cell_is_whole_although_the_room_began_within_it(shift: Night) -> None:
    shift.own(opened, live, ana_registered, first=SEGMENT + 40 * TICK)
    shift.steps(140)
    segments = [segment for air in shift.out.air for segment in air.segments]
    assert [segment.msn for segment in segments] == [1]
    begin = shift.rendition("aac")[0][0]
    assert begin == SEGMENT


def test_frames_follow_one_another_without_gap_or_overlap(shift: Night) -> None:
    shift.own(automated, live)
    shift.steps(200)
    made = shift.rendition("aac")
    assert all(at + length == then for (at, length), (then, _) in pairwise(made))


def test_mp3_is_made_while_somebody_wants_it_and_begins_with_a_burst(shift: Night) -> None:
    shift.own(automated, live)
    shift.steps(300)
    assert shift.rendition("mp3") == []
    shift.out = fresh()
    shift.console.listen(ROOM, "mp3")
    shift.steps(40)
    made = shift.rendition("mp3")
    assert sum(length for _, length in made) > SEGMENT
    assert made[0][0] % SEGMENT == 0
    end = made[-1][0] + made[-1][1]
    assert 340 * TICK - end < 8 * TICK
    shift.out = fresh()
    shift.steps(600)
    shift.out = fresh()
    shift.steps(50)
    assert shift.rendition("mp3") == []


def test_a_listener_keeps_an_empty_room_on_air_and_its_going_ends_it(shift: Night) -> None:
    shift.own(opened, live)
    shift.console.listen(ROOM)
    shift.steps(10)
    assert [type(fact) for fact in shift.facts()] == [MixStarted]
    shift.steps((LISTENED_FOR + IDLE_FOR) // TICK + 2)
    assert isinstance(shift.facts()[-1], MixStopped)
    assert shift.silent


def test_on_air_again_is_a_new_epoch_that_begins_in_a_cell_of_its_own(shift: Night) -> None:
    shift.own(opened, live)
    shift.console.listen(ROOM)
    shift.steps((LISTENED_FOR + IDLE_FOR) // TICK + 20)
    shift.console.listen(ROOM)
    shift.steps(200)
    assert isinstance(shift.facts()[-1], MixStopped)
    shift.own(opened, live, epoch=2)
    shift.steps(200)
    begun = [fact for fact in shift.facts() if isinstance(fact, MixStarted)]
    stopped = [fact for fact in shift.facts() if isinstance(fact, MixStopped)]
    assert [fact.epoch for fact in begun] == [1, 2]
    assert begun[1].first - begun[1].first % SEGMENT >= stopped[0].last


def test_a_mixer_that_takes_over_begins_where_it_is_told_in_the_epoch_that_it_was_granted(shift: Night) -> None:
    shift.own(automated, live, MixStarted(room=ROOM, epoch=4, first=NOW), epoch=7, first=4 * SEGMENT)
    shift.steps(1)
    (begun,) = [fact for fact in shift.facts() if isinstance(fact, MixStarted)]
    assert (begun.epoch, begun.first) == (7, 4 * SEGMENT)


def test_the_next_tick_of_the_desk_is_the_first_one_of_the_room(shift: Night) -> None:
    shift.deck.desk.turn(10)
    shift.own(automated, live, epoch=2, first=4 * SEGMENT)
    shift.steps(1)
    assert shift.facts()[0] == MixStarted(room=ROOM, epoch=2, first=Samples(4 * SEGMENT))


def test_who_was_connected_to_the_mixer_before_is_said_to_be_gone(shift: Night) -> None:
    connected = SourceConnected(room=ROOM, source=ANAS, person=ANA, transport=Transport.RTP)
    talking = SpeakingStarted(room=ROOM, person=ANA, source=ANAS)
    shift.own(opened, live, ana_registered, connected, talking, epoch=2)
    shift.steps(1)
    assert shift.facts()[1:] == [
        SpeakingStopped(room=ROOM, person=ANA, source=ANAS),
        SourceDisconnected(room=ROOM, source=ANAS, person=ANA, reason="taken-over"),
    ]


def test_a_room_that_is_lost_stops_at_once_and_nothing_is_said_of_it(shift: Night) -> None:
    shift.own(automated, live)
    shift.steps(3)
    shift.out = fresh()
    shift.console.lose(ROOM)
    shift.steps(200)
    assert not shift.out
    assert shift.console.rooms == ()
    assert shift.silent


def test_a_long_stall_ends_the_epoch_and_the_next_one_begins_at_the_time_that_it_is(shift: Night) -> None:
    shift.own(automated, live)
    shift.steps(10)
    shift.leap(1_001)
    shift.steps(199)
    shift.own(automated, live, epoch=2)
    shift.steps(200)
    begun = [fact for fact in shift.facts() if isinstance(fact, MixStarted)]
    stopped = [fact for fact in shift.facts() if isinstance(fact, MixStopped)]
    assert stopped == [MixStopped(room=ROOM, epoch=1, last=Samples(10 * TICK))]
    assert [(fact.epoch, fact.first) for fact in begun] == [(1, 0), (2, 1210 * TICK)]


def test_the_clock_is_told_once_a_second(shift: Night) -> None:
    shift.own(automated, live)
    shift.steps(250)
    assert [beacon.mediatime for beacon in shift.out.beacons] == [48_000 * n for n in range(1, 6)]


def test_the_end_of_the_room_ends_the_mix_and_forgets_the_room(shift: Night) -> None:
    shift.own(automated, live, ana_registered)
    shift.steps(50)
    shift.console.settle(stage(automated, live, ana_registered, RoomEnded(room=ROOM, by=ANA)))
    shift.steps(1)
    assert [type(fact).__name__ for fact in shift.facts()][-2:] == ["SourceDisconnected", "MixStopped"]
    assert shift.console.rooms == ()
    assert shift.silent


def test_a_listener_of_an_unknown_room_changes_nothing(shift: Night) -> None:
    shift.console.listen(RoomId("nosuchroom01"), "mp3")
    assert shift.silent


class BrokenPlayer(FakePlayer):
    """Fails when it is looked at for the tenth time."""

    looks = 0

    def began(self) -> Track | None:
        self.looks += 1
        if self.looks == 10:
            raise RuntimeError("the needle is stuck")
        return super().began()


def test_a_room_that_fails_is_left_alone_for_ten_seconds_and_the_others_go_on() -> None:
    with deck() as made:
        shift = Night(made, lambda: BrokenPlayer(tone(1000, 0.02, 0.1)))
        other = RoomId("blueroom0001")
        blue = RoomOpened(room=other, title="Blue", kind=RoomKind.OPEN, host=ANA)
        shift.own(automated, live)
        shift.own(blue)
        shift.console.listen(other)
        shift.steps(100)
        assert [str(fault) for fault in shift.out.faults] == ["the needle is stuck"]
        assert {air.room for air in shift.out.air[-5:]} == {other}
        assert [type(fact) for fact in shift.facts()] == [MixStarted, TrackStarted, MixStarted, MixStopped]
        shift.own(automated, live, epoch=2)
        shift.steps(300)
        assert len([fact for fact in shift.facts() if isinstance(fact, MixStarted)]) == 2
        shift.steps(200)
        assert len([fact for fact in shift.facts() if isinstance(fact, MixStarted)]) == 3
