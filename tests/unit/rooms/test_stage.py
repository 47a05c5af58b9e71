"""Inviting, seating, leaving, moving to the audience."""

import pytest

from libs.events.ids import PersonId
from libs.events.rooms import Seat
from services.rooms.commands import AdmitSpeaker, InviteSpeaker, LeaveStage, MoveToAudience
from services.rooms.decide import SEATS
from services.rooms.errors import HostMustStay, HostSeatTaken, NotInvited, NotRunningTheStage, NotTheHost, StageFull
from tests.unit.rooms.people import (
    ANA,
    BEN,
    CAI,
    DEE,
    asks,
    gone,
    invited,
    live,
    muted,
    opened,
    room,
    seated,
    withdrawn,
)

crowd = [seated(PersonId(f"guestguest{n:02d}")) for n in range(SEATS - 1)]


def test_the_host_invites() -> None:
    room.given(opened).when(asks(ANA, InviteSpeaker(person=BEN))).then(invited(BEN))


def test_a_cohost_invites() -> None:
    ben_is_cohost = seated(BEN, Seat.COHOST)
    room.given(opened, ben_is_cohost).when(asks(BEN, InviteSpeaker(person=CAI))).then(invited(CAI, by=BEN))


@pytest.mark.parametrize("seat", [None, Seat.SPEAKER])
def test_nobody_else_invites(seat: Seat | None) -> None:
    before = (opened,) if seat is None else (opened, seated(BEN, seat))
    room.given(*before).when(asks(BEN, InviteSpeaker(person=CAI))).then_refused(NotRunningTheStage, "not host or co")


def test_whoever_sits_already_needs_no_invitation() -> None:
    room.given(opened, seated(BEN)).when(asks(ANA, InviteSpeaker(person=BEN))).then_nothing()


def test_the_host_seats_anybody() -> None:
    after = room.given(opened, live).when(asks(ANA, AdmitSpeaker(person=BEN))).then(seated(BEN))
    assert after.state.seat(BEN) is Seat.SPEAKER


def test_an_invited_person_takes_a_speakers_seat() -> None:
    after = room.given(opened, invited(BEN)).when(asks(BEN, AdmitSpeaker(person=BEN))).then(seated(BEN, by=BEN))
    assert BEN not in after.state.invited


def test_nobody_seats_themselves_uninvited() -> None:
    room.given(opened).when(asks(DEE, AdmitSpeaker(person=DEE))).then_refused(NotInvited, "listener")


def test_an_invitation_is_for_a_speakers_seat_only() -> None:
    as_cohost = AdmitSpeaker(person=BEN, seat=Seat.COHOST)
    room.given(opened, invited(BEN)).when(asks(BEN, as_cohost)).then_refused(NotRunningTheStage)


def test_an_invited_person_seats_nobody_else() -> None:
    room.given(opened, invited(BEN)).when(asks(BEN, AdmitSpeaker(person=CAI))).then_refused(NotRunningTheStage)


def test_the_host_alone_makes_cohosts() -> None:
    cai_as_cohost = AdmitSpeaker(person=CAI, seat=Seat.COHOST)
    room.given(opened).when(asks(ANA, cai_as_cohost)).then(seated(CAI, Seat.COHOST))
    room.given(opened, seated(BEN, Seat.COHOST)).when(asks(BEN, cai_as_cohost)).then_refused(NotTheHost)


def test_the_host_alone_unmakes_cohosts() -> None:
    story = room.given(opened, seated(BEN, Seat.COHOST), seated(CAI, Seat.COHOST))
    story.when(asks(BEN, AdmitSpeaker(person=CAI))).then_refused(NotTheHost)
    story.when(asks(ANA, AdmitSpeaker(person=CAI))).then(seated(CAI))


def test_another_seat_leaves_a_muted_person_muted() -> None:
    before = room.given(opened, seated(BEN), muted(BEN))
    after = before.when(asks(ANA, AdmitSpeaker(person=BEN, seat=Seat.COHOST))).then(seated(BEN, Seat.COHOST))
    assert after.state.stage[BEN].muted


def test_a_room_has_one_host() -> None:
    as_host = AdmitSpeaker(person=BEN, seat=Seat.HOST)
    room.given(opened).when(asks(ANA, as_host)).then_refused(HostSeatTaken, "one host")


def test_the_host_keeps_the_hosts_seat() -> None:
    room.given(opened).when(asks(ANA, AdmitSpeaker(person=ANA))).then_refused(HostMustStay)


def test_the_stage_has_sixteen_seats() -> None:
    room.given(opened, *crowd).when(asks(ANA, AdmitSpeaker(person=BEN))).then_refused(StageFull, "16")


def test_on_a_full_stage_seats_still_change() -> None:
    someone = crowd[0].person
    promote = AdmitSpeaker(person=someone, seat=Seat.COHOST)
    room.given(opened, *crowd).when(asks(ANA, promote)).then(seated(someone, Seat.COHOST))


def test_a_seat_that_was_left_is_free_again() -> None:
    left = gone(crowd[0].person)
    room.given(opened, *crowd, left).when(asks(ANA, AdmitSpeaker(person=BEN))).then(seated(BEN))


def test_a_speaker_leaves() -> None:
    room.given(opened, seated(BEN)).when(asks(BEN, LeaveStage())).then(gone(BEN, by=BEN))


def test_leaving_with_an_invitation_declines_it() -> None:
    room.given(opened, invited(BEN)).when(asks(BEN, LeaveStage())).then(withdrawn(BEN, by=BEN))


def test_the_host_does_not_leave() -> None:
    room.given(opened, live).when(asks(ANA, LeaveStage())).then_refused(HostMustStay, "end the room")


def test_the_host_moves_a_speaker_to_the_audience() -> None:
    room.given(opened, seated(BEN)).when(asks(ANA, MoveToAudience(person=BEN))).then(gone(BEN))


def test_the_host_takes_an_invitation_back() -> None:
    room.given(opened, invited(BEN)).when(asks(ANA, MoveToAudience(person=BEN))).then(withdrawn(BEN))


def test_a_cohost_moves_speakers_but_neither_host_nor_cohosts() -> None:
    story = room.given(opened, seated(BEN, Seat.COHOST), seated(CAI, Seat.COHOST), seated(DEE))
    story.when(asks(BEN, MoveToAudience(person=DEE))).then(gone(DEE, by=BEN))
    story.when(asks(BEN, MoveToAudience(person=CAI))).then_refused(NotTheHost)
    story.when(asks(BEN, MoveToAudience(person=ANA))).then_refused(HostMustStay)


def test_a_cohost_may_step_down_alone() -> None:
    story = room.given(opened, seated(BEN, Seat.COHOST))
    story.when(asks(BEN, AdmitSpeaker(person=BEN))).then(seated(BEN, by=BEN))
    story.when(asks(BEN, MoveToAudience(person=BEN))).then(gone(BEN, by=BEN))


def test_a_speaker_moves_nobody() -> None:
    story = room.given(opened, seated(BEN), seated(CAI))
    story.when(asks(BEN, MoveToAudience(person=CAI))).then_refused(NotRunningTheStage)
