"""Opening, going live, ending."""

import msgspec
import pytest

from services.rooms.commands import EndRoom, GoLive, InviteSpeaker, LeaveStage, MuteSpeaker, OpenRoom, UnmuteSpeaker
from services.rooms.errors import AliasesUnusable, NotTheHost, RoomOver, RoomTaken, RoomUnknown, TitleUnusable
from services.rooms.state import Status
from tests.unit.rooms.people import ANA, BEN, JAZZ, asks, ended, live, opened, room

open_jazz = OpenRoom(room=JAZZ, title="Jazz at night", aliases=("jazz",))


def test_whoever_opens_a_room_hosts_it() -> None:
    after = room.given().when(asks(ANA, open_jazz)).then(opened)
    assert after.state.host == ANA
    assert after.state.status is Status.OPEN


def test_a_title_is_kept_without_its_surrounding_spaces() -> None:
    spaced = OpenRoom(room=JAZZ, title=" Jazz at night ", aliases=("jazz ",))
    room.given().when(asks(ANA, spaced)).then(opened)


def test_a_room_id_cannot_be_taken_by_somebody_else() -> None:
    room.given(opened).when(asks(BEN, open_jazz)).then_refused(RoomTaken, ANA)


def test_a_room_is_not_renamed_by_opening_it_again() -> None:
    other = msgspec.structs.replace(open_jazz, title="Blues")
    room.given(opened).when(asks(ANA, other)).then_refused(RoomTaken, "Jazz at night")


@pytest.mark.parametrize("title", ["", "   ", "?!", "a\nb", "x" * 81])
def test_a_title_must_be_sayable(title: str) -> None:
    unsayable = OpenRoom(room=JAZZ, title=title)
    room.given().when(asks(ANA, unsayable)).then_refused(TitleUnusable, "1 to 80")


def test_aliases_must_be_sayable_and_few() -> None:
    unsayable = OpenRoom(room=JAZZ, title="Jazz", aliases=("--",))
    too_many = OpenRoom(room=JAZZ, title="Jazz", aliases=tuple(f"jazz {n}" for n in range(11)))
    room.given().when(asks(ANA, unsayable)).then_refused(AliasesUnusable)
    room.given().when(asks(ANA, too_many)).then_refused(AliasesUnusable, "at most 10")


def test_the_host_puts_the_room_on_air() -> None:
    after = room.given(opened).when(asks(ANA, GoLive())).then(live)
    assert after.state.status is Status.LIVE


def test_only_the_host_puts_the_room_on_air() -> None:
    room.given(opened).when(asks(BEN, GoLive())).then_refused(NotTheHost, f"{BEN} does not host")


def test_the_host_ends_the_room() -> None:
    after = room.given(opened, live).when(asks(ANA, EndRoom())).then(ended)
    assert after.state.status is Status.ENDED


def test_a_room_may_end_before_it_was_ever_live() -> None:
    room.given(opened).when(asks(ANA, EndRoom())).then(ended)


def test_only_the_host_ends_the_room() -> None:
    room.given(opened, live).when(asks(BEN, EndRoom())).then_refused(NotTheHost)


def test_an_ended_room_does_not_go_live_again() -> None:
    room.given(opened, ended).when(asks(ANA, GoLive())).then_refused(RoomOver, "not open or live")


@pytest.mark.parametrize(
    "what", [InviteSpeaker(person=BEN), MuteSpeaker(person=ANA), UnmuteSpeaker(), LeaveStage()], ids=repr
)
def test_nothing_happens_on_the_stage_of_an_ended_room(what: InviteSpeaker | MuteSpeaker | UnmuteSpeaker) -> None:
    room.given(opened, live, ended).when(asks(ANA, what)).then_refused(RoomOver)


@pytest.mark.parametrize("what", [GoLive(), EndRoom(), InviteSpeaker(person=BEN), UnmuteSpeaker()], ids=repr)
def test_a_room_that_nobody_opened_takes_no_commands(what: GoLive | EndRoom | InviteSpeaker | UnmuteSpeaker) -> None:
    room.given().when(asks(ANA, what)).then_refused(RoomUnknown, JAZZ)
