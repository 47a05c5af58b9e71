"""What a room's audience hears and what the log learns, as rooms and packets go."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from typing import TypeAlias

import msgspec
import numpy as np
import pytest

from libs.events.media import MediaEvent, SourceDisconnected, SourceStalled
from libs.events.rooms import RoomEnded, RoomEvent, SpeakerLeftStage, SpeakerUnmuted
from services.media.mixing.frame import TICK
from services.media.sender import EXPIRY, TIMEOUT
from services.media.state import Gone
from tests.unit.media.evening import (
    ANA,
    ANAS,
    BEN,
    BENS,
    ROOM,
    Evening,
    FakePlayer,
    ana_registered,
    automated,
    ben_admitted,
    ben_muted,
    ben_registered,
    deck,
    live,
    opened,
)
from tests.unit.media.mixing.sounds import strength, tone

Begin: TypeAlias = Callable[..., Evening]

LOW, HIGH, HUM = tone(300, 4.0, 0.3), tone(700, 4.0, 0.3), tone(1000, 0.02, 0.1)


@pytest.fixture
def evening() -> Iterator[Begin]:
    with ExitStack() as stack:

        def begin(*facts: RoomEvent | MediaEvent, player: FakePlayer | None = None) -> Evening:
            return stack.enter_context(closing(Evening(stack.enter_context(deck()), *facts, player=player)))

        yield begin


def test_whoever_sits_and_is_not_muted_is_heard(evening: Begin) -> None:
    room = evening(opened, live, ben_admitted, ana_registered, ben_registered)
    heard = room.play(100, anassource01=LOW, benssource01=HIGH)[48_000:]
    assert strength(heard, 300) == pytest.approx(0.3, abs=0.03)
    assert strength(heard, 700) == pytest.approx(0.3, abs=0.03)


def test_a_muted_speaker_is_not_heard_and_not_said_to_speak(evening: Begin) -> None:
    room = evening(opened, live, ben_admitted, ben_muted, ana_registered, ben_registered)
    heard = room.play(100, anassource01=LOW, benssource01=HIGH)[48_000:]
    assert strength(heard, 700) < 3e-4
    assert sorted(room.tell()) == ["SourceConnected", "SourceConnected", "SpeakingStarted"]


def test_unmuted_they_are_heard_again(evening: Begin) -> None:
    room = evening(opened, live, ben_admitted, ben_muted, ben_registered)
    room.play(20, benssource01=HIGH)
    room.happens(SpeakerUnmuted(room=ROOM, person=BEN))
    assert strength(room.play(60, benssource01=HIGH)[24_000:], 700) > 0.2


def test_muting_ends_speaking(evening: Begin) -> None:
    room = evening(opened, live, ben_admitted, ben_registered)
    room.play(50, benssource01=HIGH)
    room.tell()
    room.happens(ben_muted)
    room.play(2)
    assert room.tell() == ["SpeakingStopped"]


def test_what_is_said_in_the_green_room_stays_there(evening: Begin) -> None:
    room = evening(opened, ana_registered)
    assert not room.play(50, anassource01=LOW).any()
    assert room.tell() == ["SourceConnected"]
    room.happens(live)
    assert room.play(50, anassource01=LOW).any()


def test_connected_is_said_once_with_the_first_sound(evening: Begin) -> None:
    room = evening(opened, live, ana_registered)
    room.play(10)
    assert room.tell() == []
    room.play(100, anassource01=LOW)
    assert room.tell() == ["SourceConnected", "SpeakingStarted"]


def test_a_second_without_a_packet_is_said_and_five_are_a_disconnection_that_keeps_the_place(evening: Begin) -> None:
    room = evening(opened, live, ana_registered)
    room.play(50, anassource01=LOW)
    room.tell()
    room.play(60)
    assert room.tell() == ["SourceStalled", "SpeakingStopped"]
    room.play(TIMEOUT)
    assert room.tell() == ["SourceDisconnected", "DeadAirDetected"]
    room.play(50, anassource01=LOW)
    assert room.tell() == ["SourceConnected", "SpeakingStarted", "DeadAirEnded"]


def test_each_silence_is_said_anew(evening: Begin) -> None:
    room = evening(opened, live, ana_registered)
    for _ in range(2):
        room.play(10, anassource01=LOW)
        room.play(60)
    assert sum(isinstance(fact, SourceStalled) for fact in room.facts()) == 2


def test_ten_minutes_without_a_packet_give_the_place_up(evening: Begin) -> None:
    room = evening(opened, live, ana_registered)
    room.play(1)
    room.leap(EXPIRY // TICK)
    assert [fact.reason for fact in room.facts() if isinstance(fact, SourceDisconnected)] == ["expired"]
    assert not room.session.senders


def test_who_leaves_the_stage_is_gone_within_a_tick_and_without_a_click(evening: Begin) -> None:
    room = evening(opened, live, ben_admitted, ben_registered)
    room.play(50, benssource01=HIGH)
    room.tell()
    room.happens(SpeakerLeftStage(room=ROOM, person=BEN, by=ANA))
    heard = room.play(4)
    assert room.tell() == ["SpeakingStopped", "SourceDisconnected"]
    assert not heard[2 * TICK :].any()
    assert np.abs(np.diff(heard)).max() < 0.06


def test_registering_again_takes_the_place_with_the_new_number(evening: Begin) -> None:
    room = evening(opened, live, ana_registered)
    room.play(50, anassource01=LOW)
    room.tell()
    room.happens(msgspec.structs.replace(ana_registered, ssrc=99))
    room.play(50, ssrcs={ANAS: 99}, anassource01=LOW)
    assert room.tell() == ["SpeakingStopped", "SourceDisconnected", "SourceConnected", "SpeakingStarted"]
    assert room.session.senders[ANAS].registered.ssrc == 99


def test_the_end_of_the_room_disconnects_everybody(evening: Begin) -> None:
    room = evening(opened, live, ana_registered, ben_admitted, ben_registered)
    room.play(50, anassource01=LOW, benssource01=HIGH)
    room.tell()
    room.happens(RoomEnded(room=ROOM, by=ANA))
    room.play(1)
    reasons = [fact.reason for fact in room.facts() if isinstance(fact, SourceDisconnected)]
    assert reasons == ["room-ended", "room-ended"]


def test_the_house_programme_plays_while_nobody_is_connected(evening: Begin) -> None:
    room = evening(automated, live, player=FakePlayer(HUM))
    assert strength(room.play(100)[48_000:], 1000) == pytest.approx(0.1, abs=0.01)
    assert room.tell() == ["TrackStarted"]


def test_it_goes_when_somebody_comes_and_costs_nothing_meanwhile(evening: Begin) -> None:
    player = FakePlayer(HUM)
    room = evening(automated, live, ana_registered, player=player)
    room.play(20)
    room.play(60, anassource01=LOW)
    played = player.played
    heard = room.play(50, anassource01=LOW)
    assert player.played == played
    assert strength(heard, 1000) < 1e-3


def test_it_comes_back_when_who_is_connected_leaves_dead_air(evening: Begin) -> None:
    player = FakePlayer(HUM)
    room = evening(automated, live, ana_registered, player=player)
    quiet = np.zeros(48_000 * 9, np.float32)
    room.play(450, anassource01=quiet)
    names = room.tell()
    assert names.index("DeadAirDetected") < names.index("DeadAirEnded")
    assert strength(room.play(50, anassource01=quiet)[4800:], 1000) > 0.05
    heard = room.play(100, anassource01=LOW)
    assert strength(heard[-48_000:], 1000) < 1e-3


def test_dead_air_is_said_for_a_live_room_only(evening: Begin) -> None:
    room = evening(opened, ana_registered)
    room.play(300)
    assert room.tell() == []
    room.happens(live)
    room.play(300)
    assert room.tell() == ["DeadAirDetected"]


def test_meters_show_what_was_lost(evening: Begin) -> None:
    room = evening(opened, live, ana_registered)
    room.play(50, anassource01=LOW)
    (meter,) = room.session.meters()
    assert meter.source == ANAS
    assert -20 < meter.level < -8
    assert (meter.lost, meter.dropped) == (0, 0)


def test_ben_needs_a_seat_before_a_place_is_his(evening: Begin) -> None:
    room = evening(opened, live, ben_registered)
    assert BENS not in room.session.senders


def test_a_new_place_outlasts_the_end_of_the_one_that_it_took_the_place_of(evening: Begin) -> None:
    """Somebody hangs up just after calling again: the end of the old call is written behind the new place."""
    room = evening(opened, live, ana_registered)
    room.play(50, anassource01=LOW)
    room.session.drop(ANAS, Gone.CLOSED)
    room.steps(1)
    (gone,) = [fact for fact in room.facts() if isinstance(fact, SourceDisconnected)]
    again = msgspec.structs.replace(ana_registered, ssrc=3)
    room.happens(again, gone)
    heard = room.play(50, {ANAS: 3}, anassource01=HIGH)
    assert strength(heard[-9_600:], 700) > 0.2
