"""Whatever people ask for, in whatever order, a room stays a room."""

from typing import cast

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from libs.events.ids import PersonId
from libs.events.refusal import Refusal
from libs.events.rooms import Seat
from libs.events.sealed import sealed
from services.rooms.commands import (
    AdmitSpeaker,
    EndRoom,
    GoLive,
    InviteSpeaker,
    LeaveStage,
    LowerHand,
    MoveToAudience,
    MuteSpeaker,
    OpenRoom,
    RaiseHand,
    RoomVerb,
    UnmuteSpeaker,
)
from services.rooms.decide import SEATS
from services.rooms.sentences import PAGE
from services.rooms.state import Room, Status
from tests.unit.rooms.people import JAZZ, asks, rooms

PEOPLE = [PersonId(f"personperson{n:02d}") for n in range(SEATS + 2)]
HOST = PEOPLE[0]
person = st.sampled_from(PEOPLE)
anything = st.one_of(
    st.builds(OpenRoom, room=st.just(JAZZ), title=st.text(max_size=90)),
    st.just(GoLive()),
    st.builds(InviteSpeaker, person=person),
    st.builds(AdmitSpeaker, person=person, seat=st.sampled_from(Seat)),
    st.builds(MuteSpeaker, person=person),
    st.just(UnmuteSpeaker()),
    st.just(LeaveStage()),
    st.builds(RaiseHand, topic=st.none() | st.builds(sealed, person, st.binary(min_size=28, max_size=60))),
    st.builds(LowerHand, person=st.none() | person),
    st.builds(MoveToAudience, person=person),
)


class AnyEvening(RuleBasedStateMachine):
    """One room, eighteen people."""

    def __init__(self) -> None:
        super().__init__()
        self.room = Room()

    def ask(self, by: PersonId, what: RoomVerb) -> None:
        asked = asks(by, what)
        before = self.room
        try:
            facts = rooms.decide(asked, before)
        except Refusal as refusal:
            self.explains_itself(refusal)
            return
        for fact in facts:
            self.room = rooms.evolve(self.room, fact)
        assert rooms.decide(asked, self.room) == [], "a repeated command changes nothing"
        self.nobody_was_unmuted_by_others(before, by)

    def explains_itself(self, refusal: Refusal) -> None:
        assert 400 <= refusal.status < 500
        assert PAGE[refusal.slug]
        assert str(refusal)

    def nobody_was_unmuted_by_others(self, before: Room, by: PersonId) -> None:
        for who, place in before.stage.items():
            if who in self.room.stage and place.muted and not self.room.stage[who].muted:
                assert who == by

    @initialize()
    def opened(self) -> None:
        self.ask(HOST, OpenRoom(room=JAZZ, title="Jazz at night"))

    @rule(by=person, what=anything)
    def anybody_asks(self, by: PersonId, what: object) -> None:
        self.ask(by, cast("RoomVerb", what))

    @rule(what=anything)
    def the_host_asks(self, what: object) -> None:
        self.ask(HOST, cast("RoomVerb", what))

    @rule(by=person)
    def somebody_ends_it(self, by: PersonId) -> None:
        self.ask(by, EndRoom())

    @invariant()
    def seats_are_never_oversold(self) -> None:
        assert len(self.room.stage) <= SEATS

    @invariant()
    def there_is_exactly_one_host_until_the_end(self) -> None:
        hosts = [who for who, place in self.room.stage.items() if place.seat is Seat.HOST]
        assert hosts == ([] if self.room.status in (Status.UNKNOWN, Status.ENDED) else [HOST])

    @invariant()
    def nobody_is_both_seated_and_invited(self) -> None:
        assert not self.room.invited & set(self.room.stage)

    @invariant()
    def nobody_on_the_stage_has_a_hand_up(self) -> None:
        assert not self.room.hands.keys() & set(self.room.stage)

    @invariant()
    def after_the_end_no_hand_is_up(self) -> None:
        assert self.room.status is not Status.ENDED or self.room.hands == {}


AnyEvening.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestAnyEvening = AnyEvening.TestCase
