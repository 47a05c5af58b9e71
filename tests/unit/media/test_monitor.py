"""Green room, talkback, and one source alone: what people hear of each other, and what the log learns."""

import socket
from collections.abc import Iterator
from contextlib import closing

import msgspec
import numpy as np
import pytest

from libs.events.rooms import RoomEnded, SpeakerLeftStage, SpeakerMuted
from services.media.errors import NoSuchRoom, NotYourDesk, RoomIsOver
from services.media.mixing.bus import Ear
from services.media.mixing.frame import TICK, Float
from services.media.mixing.opus import Decoder
from services.media.mixing.rtp import parse
from services.media.monitor import may_monitor
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
    stage,
)
from tests.unit.media.mixing.sounds import speech, strength, tone

pytestmark = pytest.mark.slow

LOW, HIGH, QUIET = tone(300, 4.0, 0.3), tone(700, 4.0, 0.3), tone(700, 4.0, 0.0)
TICKS = 75
HEARD, NOTHING, SILENCE = 0.1, 3e-3, 1e-4
ana_listens, ben_listens = (msgspec.structs.replace(one, listens=True) for one in (ana_registered, ben_registered))
both = (opened, ben_admitted, ana_listens, ben_listens)


@pytest.fixture
def green() -> Iterator[Evening]:
    """Ana, the host, and Ben, before air."""
    with deck() as made, closing(Evening(made, *both)) as evening:
        yield evening


def came(one: socket.socket) -> Float:
    """The second half of what lies there, decoded."""
    one.setblocking(False)
    decoder, frames = Decoder(), []
    try:
        while True:
            frames.append(decoder.decode(parse(one.recv(2_000)).payload).copy())
    except BlockingIOError:
        return np.concatenate(frames[len(frames) // 2 :])


def heard(room: Evening) -> tuple[set[str], set[str], set[str]]:
    """Who is heard by Ana, by Ben, and on the programme, while both talk."""
    programme = room.play(TICKS, anassource01=LOW, benssource01=HIGH)
    sounds = (came(room.sockets[ANAS]), came(room.sockets[BENS]), programme[len(programme) // 2 :])
    first, second, third = [
        {name for name, hertz in (("ana", 300), ("ben", 700)) if _strong(sound, hertz)} for sound in sounds
    ]
    return first, second, third


def _strong(sound: Float, hertz: int) -> bool:
    found = strength(sound, hertz)
    assert found > HEARD or found < NOTHING, (hertz, found)
    return found > HEARD


def test_before_air_those_with_a_seat_hear_each_other_and_nobody_else_does(green: Evening) -> None:
    assert heard(green) == ({"ben"}, {"ana"}, set())
    assert sorted(green.tell()) == ["SourceConnected", "SourceConnected"]
    assert [one.bus for one in green.session.meters()] == ["green", "green"]
    assert min(one.level for one in green.session.meters()) > -30


def test_on_air_they_are_on_the_programme_and_the_green_room_is_empty(green: Evening) -> None:
    heard(green)
    green.happens(live)
    assert heard(green) == ({"ben"}, {"ana"}, {"ana", "ben"})
    assert [one.bus for one in green.session.meters()] == ["air", "air"]


def test_who_is_muted_is_not_heard_in_the_green_room_either(green: Evening) -> None:
    green.happens(ben_muted)
    assert heard(green) == (set(), {"ana"}, set())


def test_in_a_room_that_plays_by_itself_the_house_programme_plays_on_while_they_talk_in_the_green_room() -> None:
    house = FakePlayer(tone(1000, 0.02, 0.1))
    with deck() as made, closing(Evening(made, automated, *both[1:], player=house)) as room:
        alone = strength(room.play(TICKS)[-TICK * 25 :], 1000)
        assert heard(room) == ({"ben"}, {"ana"}, set())
        beside = strength(room.play(25, anassource01=LOW, benssource01=HIGH), 1000)
        assert beside > 0.9 * alone
        assert strength(came(room.sockets[ANAS]), 1000) < NOTHING


def test_who_is_quiet_is_at_their_loudness_before_the_room_is_on_air(green: Evening) -> None:
    green.play(600, anassource01=speech("june", 12.0) * np.float32(0.4))
    assert next(each for each in green.session.meters() if each.source == ANAS).gain > 3.0


def test_talkback_is_heard_by_the_stage_and_not_on_the_programme_until_it_ends(green: Evening) -> None:
    green.happens(live)
    heard(green)
    green.tell()
    green.console.talk(ROOM, ANA, aside=True)
    assert heard(green) == ({"ben"}, {"ana"}, {"ben"})
    assert green.tell() == ["SpeakingStopped"]
    green.console.talk(ROOM, ANA, aside=False)
    assert heard(green) == ({"ben"}, {"ana"}, {"ana", "ben"})


def test_talkback_of_a_muted_host_leaves_nothing_on_the_programme_when_it_ends(green: Evening) -> None:
    green.happens(live, SpeakerMuted(room=ROOM, person=ANA, by=ANA))
    green.console.talk(ROOM, ANA, aside=True)
    assert np.abs(green.play(TICKS, anassource01=LOW, benssource01=QUIET)).max() < SILENCE
    assert strength(came(green.sockets[BENS]), 300) > HEARD
    green.console.talk(ROOM, ANA, aside=False)
    assert np.abs(green.play(25, anassource01=LOW, benssource01=QUIET)).max() < SILENCE


def test_one_source_is_heard_alone_though_it_is_muted(green: Evening) -> None:
    green.happens(live, ben_muted)
    assert heard(green) == (set(), {"ana"}, {"ana"})
    green.console.hear(ROOM, ANA, BENS)
    assert heard(green) == ({"ben"}, {"ana"}, {"ana"})
    green.console.hear(ROOM, ANA, None)
    assert heard(green) == (set(), {"ana"}, {"ana"})


def test_it_ends_when_the_source_goes(green: Evening) -> None:
    green.happens(live)
    green.console.hear(ROOM, ANA, BENS)
    green.happens(SpeakerLeftStage(room=ROOM, person=BEN, by=ANA))
    assert green.session.monitor.ear(ANA, green.session.stage) == (Ear.AIR, None)


def test_another_mixer_takes_a_green_room_as_a_green_room() -> None:
    for _ in range(2):
        with deck() as made, closing(Evening(made, *both)) as room:
            assert heard(room) == ({"ben"}, {"ana"}, set())


def test_only_the_host_of_an_open_room_has_these_rights() -> None:
    may_monitor(ANA, stage(opened, live))
    with pytest.raises(NotYourDesk):
        may_monitor(BEN, stage(*both, live))
    with pytest.raises(NoSuchRoom):
        may_monitor(ANA, stage())
    with pytest.raises(RoomIsOver):
        may_monitor(ANA, stage(*both, RoomEnded(room=ROOM, by=ANA)))
