"""Where a room's new owner begins, and which rooms need one."""

import pytest

from libs.events.air import SEGMENT, TICK
from libs.events.ids import RoomId, Samples
from libs.events.telemetry import MixerBeat
from services.media.ownership.demand import LISTENED_S, Demand
from services.media.ownership.peers import Peers
from services.media.ownership.places import begin
from tests.unit.media.evening import ROOM, ana_registered, automated, live, opened, stage

NEVER = Samples(0)


def test_a_room_that_was_never_on_air_begins_now() -> None:
    assert begin(Samples(5 * SEGMENT + 1), NEVER, None, epoch=1) == 5 * SEGMENT + TICK


def test_after_an_owner_that_was_killed_it_goes_on_in_the_next_whole_cell() -> None:
    assert begin(Samples(5 * SEGMENT + 1), Samples(4 * SEGMENT), None, epoch=2) == 6 * SEGMENT
    assert begin(Samples(5 * SEGMENT), Samples(5 * SEGMENT), None, epoch=2) == 5 * SEGMENT


def test_never_before_what_is_stored() -> None:
    assert begin(Samples(5 * SEGMENT), Samples(9 * SEGMENT), None, epoch=2) == 9 * SEGMENT


def test_after_one_that_gave_it_back_long_ago_it_goes_on_now() -> None:
    left = Samples(3 * SEGMENT + 5 * TICK)
    assert begin(Samples(5 * SEGMENT + TICK), Samples(3 * SEGMENT), left, epoch=2) == 5 * SEGMENT + TICK


def test_after_one_that_gave_it_back_in_this_cell_it_goes_on_in_the_next() -> None:
    left = Samples(5 * SEGMENT + 5 * TICK)
    assert begin(Samples(5 * SEGMENT + 6 * TICK), Samples(5 * SEGMENT), left, epoch=2) == 6 * SEGMENT
    assert begin(Samples(5 * SEGMENT + 2 * TICK), Samples(5 * SEGMENT), left, epoch=2) == 6 * SEGMENT


@pytest.mark.parametrize(("facts", "wanted"), [((opened, live), False), ((automated,), True)])
def test_automation_makes_a_room_wanted(facts: tuple[object, ...], wanted: bool) -> None:  # noqa: FBT001  # a parameter of the test
    demand = Demand()
    demand.settle(stage(*facts))  # type: ignore[arg-type]  # facts of this evening
    assert (ROOM in demand.wanted(0.0)) is wanted


def test_so_do_a_source_and_a_listener_who_goes_again() -> None:
    demand = Demand()
    demand.settle(stage(opened, live, ana_registered))
    assert demand.wanted(0.0) == {ROOM: 0}
    demand.settle(stage(opened, live))
    assert demand.wanted(0.0) == {}
    demand.ask(ROOM, 100.0, "mp3")
    assert demand.listeners(ROOM, 101.0) == ["mp3"]
    assert demand.wanted(100.0 + LISTENED_S) == {ROOM: 0}
    assert demand.wanted(100.1 + LISTENED_S) == {}
    demand.ask(RoomId("nosuchroom01"), 100.0)
    assert demand.wanted(100.0) == {}


def test_equal_mixers_share_new_rooms_about_evenly_and_always_in_the_same_way() -> None:
    one, other = Peers("one-life"), Peers("two-life")
    one.heard(MixerBeat(mixer="two-life", rooms=()), 0.0)
    other.heard(MixerBeat(mixer="one-life", rooms=()), 0.0)
    rooms = [RoomId(f"room{n:06}") for n in range(1_000)]
    firsts = [one.order(room, 0, 0.0)[0] for room in rooms]
    assert firsts == [other.order(room, 0, 0.0)[0] for room in rooms]
    assert 400 < firsts.count("one-life") < 600
    assert one.order(rooms[0], 1, 0.0)[0] == "two-life"
