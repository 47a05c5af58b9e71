"""What a room's audience hears and what the log learns, as rooms and packets go."""

import numpy as np
import pytest

from libs.events.media import SourceDisconnected
from libs.events.rooms import RoomEnded, SpeakerLeftStage, SpeakerUnmuted
from services.media.mixing.frame import TICK, Float, Pcm
from services.media.mixing.quantise import widen
from services.media.sender import EXPIRY, TIMEOUT
from tests.unit.media.evening import (
    ANA,
    ANAS,
    BEN,
    BENS,
    ROOM,
    Evening,
    FakeCart,
    ana_registered,
    automated,
    ben_admitted,
    ben_muted,
    ben_registered,
    live,
    opened,
)
from tests.unit.media.mixing.sounds import strength, tone

LOW, HIGH, HUM = tone(300, 4.0, 0.3), tone(700, 4.0, 0.3), tone(1000, 0.02, 0.1)


def sound(blocks: list[Pcm]) -> Float:
    return widen(np.concatenate(blocks))


def test_whoever_sits_and_is_not_muted_is_heard() -> None:
    evening = Evening(opened, live, ben_admitted, ana_registered, ben_registered)
    heard = sound(evening.play(100, anassource01=LOW, benssource01=HIGH))[48_000:]
    assert strength(heard, 300) == pytest.approx(0.3, abs=0.03)
    assert strength(heard, 700) == pytest.approx(0.3, abs=0.03)


def test_a_muted_speaker_is_not_heard_and_not_said_to_speak() -> None:
    evening = Evening(opened, live, ben_admitted, ben_muted, ana_registered, ben_registered)
    heard = sound(evening.play(100, anassource01=LOW, benssource01=HIGH))[48_000:]
    assert strength(heard, 700) < 1e-4
    assert sorted(evening.tell()) == ["SourceConnected", "SourceConnected", "SpeakingStarted"]


def test_unmuted_they_are_heard_again() -> None:
    evening = Evening(opened, live, ben_admitted, ben_muted, ben_registered)
    evening.play(20, benssource01=HIGH)
    evening.happens(SpeakerUnmuted(room=ROOM, person=BEN))
    assert strength(sound(evening.play(60, benssource01=HIGH))[24_000:], 700) > 0.2


def test_muting_ends_speaking() -> None:
    evening = Evening(opened, live, ben_admitted, ben_registered)
    evening.play(50, benssource01=HIGH)
    evening.tell()
    evening.happens(ben_muted)
    evening.play(2)
    assert evening.tell() == ["SpeakingStopped"]


def test_what_is_said_in_the_green_room_stays_there() -> None:
    evening = Evening(opened, ana_registered)
    assert not sound(evening.play(50, anassource01=LOW)).any()
    assert evening.tell() == ["SourceConnected"]
    evening.happens(live)
    assert sound(evening.play(50, anassource01=LOW)).any()


def test_connected_is_said_once_with_the_first_sound() -> None:
    evening = Evening(opened, live, ana_registered)
    evening.play(10)
    assert evening.tell() == []
    evening.play(100, anassource01=LOW)
    assert evening.tell() == ["SourceConnected", "SpeakingStarted"]


def test_five_seconds_without_a_packet_is_a_disconnection_that_keeps_the_place() -> None:
    evening = Evening(opened, live, ana_registered)
    evening.play(50, anassource01=LOW)
    evening.tell()
    evening.play(TIMEOUT // TICK + 1)
    assert evening.tell()[-1] == "SourceDisconnected"
    evening.play(50, anassource01=LOW)
    assert evening.tell() == ["SourceConnected", "SpeakingStarted"]


def test_ten_minutes_without_a_packet_give_the_place_up() -> None:
    evening = Evening(opened, live, ana_registered)
    evening.tick = EXPIRY // TICK
    evening.play(1)
    evening.play(1)
    assert [fact.reason for fact in evening.said if isinstance(fact, SourceDisconnected)] == ["expired"]
    assert not evening.session.senders


def test_who_leaves_the_stage_is_gone_within_a_tick_and_without_a_click() -> None:
    evening = Evening(opened, live, ben_admitted, ben_registered)
    evening.play(50, benssource01=HIGH)
    evening.tell()
    evening.happens(SpeakerLeftStage(room=ROOM, person=BEN, by=ANA))
    heard = sound(evening.play(4))
    assert evening.tell() == ["SpeakingStopped", "SourceDisconnected"]
    assert not heard[2 * TICK :].any()
    assert np.abs(np.diff(heard)).max() < 0.06


def test_registering_again_takes_the_place_with_the_new_number() -> None:
    evening = Evening(opened, live, ana_registered)
    evening.play(50, anassource01=LOW)
    evening.tell()
    evening.happens(type(ana_registered)(**{name: getattr(ana_registered, name) for name in FIELDS}, ssrc=99))
    evening.play(50, anassource01=LOW)
    assert evening.tell() == ["SpeakingStopped", "SourceDisconnected", "SourceConnected", "SpeakingStarted"]
    assert evening.session.senders[ANAS].registered.ssrc == 99


FIELDS = ("room", "source", "person", "name", "transport")


def test_the_end_of_the_room_disconnects_everybody() -> None:
    evening = Evening(opened, live, ana_registered, ben_admitted, ben_registered)
    evening.play(50, anassource01=LOW, benssource01=HIGH)
    evening.tell()
    evening.happens(RoomEnded(room=ROOM, by=ANA))
    reasons = [fact.reason for fact in evening.session.close() if isinstance(fact, SourceDisconnected)]
    assert reasons == ["room-ended", "room-ended"]


def test_the_house_programme_plays_while_nobody_is_connected() -> None:
    evening = Evening(automated, live, cart=FakeCart(HUM))
    assert strength(sound(evening.play(100))[48_000:], 1000) == pytest.approx(0.1, abs=0.01)
    assert evening.tell() == ["TrackStarted"]


def test_it_goes_when_somebody_comes_and_costs_nothing_meanwhile() -> None:
    cart = FakeCart(HUM)
    evening = Evening(automated, live, ana_registered, cart=cart)
    evening.play(20)
    evening.play(60, anassource01=LOW)
    taken = cart.taken
    heard = sound(evening.play(50, anassource01=LOW))
    assert cart.taken == taken
    assert strength(heard, 1000) < 1e-3


def test_it_comes_back_when_who_is_connected_leaves_dead_air() -> None:
    cart = FakeCart(HUM)
    evening = Evening(automated, live, ana_registered, cart=cart)
    quiet = np.zeros(48_000 * 9, np.float32)
    evening.play(450, anassource01=quiet)
    names = evening.tell()
    assert names.index("DeadAirDetected") < names.index("DeadAirEnded")
    assert strength(sound(evening.play(50, anassource01=quiet))[4800:], 1000) > 0.05
    heard = sound(evening.play(100, anassource01=LOW))
    assert strength(heard[-48_000:], 1000) < 1e-3


def test_dead_air_is_said_for_a_live_room_only() -> None:
    evening = Evening(opened, ana_registered)
    evening.play(300)
    assert evening.tell() == []
    evening.happens(live)
    evening.play(300)
    assert evening.tell() == ["DeadAirDetected"]


def test_meters_show_what_was_lost() -> None:
    evening = Evening(opened, live, ana_registered)
    evening.play(50, anassource01=LOW)
    (meter,) = evening.session.meters()
    assert meter.source == ANAS
    assert -20 < meter.level < -8
    assert (meter.lost, meter.dropped) == (0, 0)


def test_ben_needs_a_seat_before_a_place_is_his() -> None:
    evening = Evening(opened, live, ben_registered)
    assert BENS not in evening.session.senders
