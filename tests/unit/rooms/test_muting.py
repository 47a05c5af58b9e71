"""Who is heard."""

from libs.events.rooms import Seat
from services.rooms.commands import MuteSpeaker, UnmuteSpeaker
from services.rooms.errors import NotOnStage, NotRunningTheStage
from tests.unit.rooms.people import ANA, BEN, CAI, DEE, asks, gone, invited, muted, opened, room, seated, unmuted


def test_everybody_on_the_stage_mutes_themselves() -> None:
    room.given(opened, seated(BEN)).when(asks(BEN, MuteSpeaker(person=BEN))).then(muted(BEN, by=BEN))


def test_host_and_cohosts_mute_anybody() -> None:
    story = room.given(opened, seated(BEN, Seat.COHOST), seated(CAI))
    story.when(asks(ANA, MuteSpeaker(person=CAI))).then(muted(CAI))
    story.when(asks(BEN, MuteSpeaker(person=CAI))).then(muted(CAI, by=BEN))
    story.when(asks(BEN, MuteSpeaker(person=ANA))).then(muted(ANA, by=BEN))


def test_a_speaker_mutes_nobody_else() -> None:
    story = room.given(opened, seated(BEN), seated(CAI))
    story.when(asks(BEN, MuteSpeaker(person=CAI))).then_refused(NotRunningTheStage, "speaker")


def test_whoever_has_no_seat_cannot_be_muted() -> None:
    room.given(opened, invited(BEN)).when(asks(ANA, MuteSpeaker(person=BEN))).then_refused(NotOnStage, "no seat")


def test_muting_the_muted_changes_nothing_and_keeps_who_did_it() -> None:
    room.given(opened, seated(BEN), muted(BEN, by=BEN)).when(asks(ANA, MuteSpeaker(person=BEN))).then_nothing()


def test_one_unmutes_oneself() -> None:
    room.given(opened, seated(BEN), muted(BEN, by=BEN)).when(asks(BEN, UnmuteSpeaker())).then(unmuted(BEN))


def test_one_unmutes_oneself_also_after_the_host_did_the_muting() -> None:
    room.given(opened, seated(BEN), muted(BEN, by=ANA)).when(asks(BEN, UnmuteSpeaker())).then(unmuted(BEN))


def test_whoever_is_heard_already_need_not_unmute() -> None:
    room.given(opened, seated(BEN)).when(asks(BEN, UnmuteSpeaker())).then_nothing()


def test_a_listener_has_nothing_to_unmute() -> None:
    room.given(opened).when(asks(DEE, UnmuteSpeaker())).then_refused(NotOnStage)


def test_a_new_seat_starts_unmuted() -> None:
    after = room.given(opened, seated(BEN), muted(BEN), gone(BEN), seated(BEN))
    assert not after.state.stage[BEN].muted
