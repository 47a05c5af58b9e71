"""Raising a hand: who may, how long it stays up, and that a topic is its own person's and sealed."""

import msgspec
import pytest

from libs.events.ids import PersonId
from libs.events.rooms import HandLowered, HandRaised, RoomKind, Seat
from libs.events.sealed import Sealed, sealed
from services.rooms.commands import AdmitSpeaker, EndRoom, LowerHand, RaiseHand
from services.rooms.decide import HANDS
from services.rooms.errors import NotInvited, NotRunningTheStage, NotYourself, OnStageAlready, RoomOver, TooManyHands
from tests.unit.rooms.people import ANA, BEN, CAI, DEE, JAZZ, asks, ended, invited, live, opened, room, seated

TRAINS = sealed(BEN, b"about trains, sealed by somebody")
BOATS = sealed(BEN, b"about boats, which is not trains")
invitation_only = msgspec.structs.replace(opened, kind=RoomKind.INVITED)


def raised(person: PersonId, topic: Sealed | None = None) -> HandRaised:
    return HandRaised(room=JAZZ, person=person, topic=topic)


def lowered(person: PersonId, by: PersonId | None = None) -> HandLowered:
    return HandLowered(room=JAZZ, person=person, by=by or person)


def test_a_listener_raises_their_hand() -> None:
    room.given(opened, live).when(asks(DEE, RaiseHand())).then(raised(DEE))


def test_a_listener_says_about_what() -> None:
    after = room.given(opened, live).when(asks(BEN, RaiseHand(topic=TRAINS))).then(raised(BEN, TRAINS))
    assert after.state.hands == {BEN: TRAINS}


def test_another_topic_keeps_the_place_in_the_queue() -> None:
    before = room.given(opened, raised(BEN, TRAINS), raised(DEE))
    after = before.when(asks(BEN, RaiseHand(topic=BOATS))).then(raised(BEN, BOATS))
    assert list(after.state.hands.items()) == [(BEN, BOATS), (DEE, None)]


def test_nobody_raises_a_hand_with_somebody_elses_words() -> None:
    room.given(opened).when(asks(DEE, RaiseHand(topic=TRAINS))).then_refused(NotYourself)


@pytest.mark.parametrize("seat", [Seat.SPEAKER, Seat.COHOST])
def test_whoever_sits_on_the_stage_needs_no_raised_hand(seat: Seat) -> None:
    room.given(opened, seated(BEN, seat)).when(asks(BEN, RaiseHand())).then_refused(OnStageAlready, "needs no raised")
    room.given(opened).when(asks(ANA, RaiseHand())).then_refused(OnStageAlready)


def test_a_seat_lowers_the_hand() -> None:
    after = room.given(opened, raised(BEN, TRAINS)).when(asks(ANA, AdmitSpeaker(person=BEN))).then(seated(BEN))
    assert after.state.hands == {}


def test_the_rooms_end_lowers_all_hands() -> None:
    after = room.given(opened, raised(BEN, TRAINS), raised(DEE)).when(asks(ANA, EndRoom())).then(ended)
    assert after.state.hands == {}


def test_after_the_end_no_hand_is_raised() -> None:
    room.given(opened, ended).when(asks(BEN, RaiseHand())).then_refused(RoomOver)


def test_in_a_room_by_invitation_only_the_invited_raise_hands() -> None:
    room.given(invitation_only).when(asks(DEE, RaiseHand())).then_refused(NotInvited)
    room.given(invitation_only, invited(BEN)).when(asks(BEN, RaiseHand())).then(raised(BEN))


def test_everybody_lowers_their_own_hand() -> None:
    room.given(opened, raised(BEN)).when(asks(BEN, LowerHand())).then(lowered(BEN))
    room.given(opened, raised(BEN)).when(asks(BEN, LowerHand(person=BEN))).then(lowered(BEN))


def test_host_and_cohosts_lower_any_hand() -> None:
    before = room.given(opened, seated(CAI, Seat.COHOST), raised(BEN))
    before.when(asks(ANA, LowerHand(person=BEN))).then(lowered(BEN, by=ANA))
    before.when(asks(CAI, LowerHand(person=BEN))).then(lowered(BEN, by=CAI))


def test_nobody_else_lowers_anothers_hand() -> None:
    before = room.given(opened, seated(CAI), raised(BEN))
    before.when(asks(DEE, LowerHand(person=BEN))).then_refused(NotRunningTheStage)
    before.when(asks(CAI, LowerHand(person=BEN))).then_refused(NotRunningTheStage)


def test_a_hand_that_is_not_up_is_lowered_already() -> None:
    room.given(opened).when(asks(BEN, LowerHand())).then_nothing()


def test_the_queue_has_an_end() -> None:
    crowd = [raised(PersonId(f"guestguest{n:04d}")) for n in range(HANDS)]
    room.given(opened, *crowd).when(asks(BEN, RaiseHand())).then_refused(TooManyHands, str(HANDS))
    room.given(opened, *crowd[:-1], raised(BEN)).when(asks(BEN, RaiseHand(topic=TRAINS))).then(raised(BEN, TRAINS))


def test_words_that_are_not_sealed_are_no_command_and_are_not_repeated() -> None:
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.json.decode(b'{"topic": "my neighbours boat"}', type=RaiseHand)
    assert "boat" not in str(caught.value)
