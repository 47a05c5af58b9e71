"""How loud people come out of a running room, and what its meters say of it."""

import socket
from collections.abc import Iterator
from contextlib import closing, suppress

import msgspec
import numpy as np
import pytest

from libs.events.ids import Lufs, SourceId
from libs.events.media import MediaEvent
from libs.events.rooms import RoomEvent, RoomTuned
from services.media.deck import Deck
from services.media.mixing.frame import Float
from services.media.mixing.opus import Decoder
from services.media.mixing.rtp import parse
from tests.unit.media.evening import (
    ANA,
    ANAS,
    BENS,
    ROOM,
    Evening,
    FakePlayer,
    ana_registered,
    automated,
    ben_admitted,
    ben_registered,
    deck,
    live,
    opened,
)
from tests.unit.media.mixing.sounds import speech, strength, tone
from tests.unit.media.mixing.test_loudness import ebur128

pytestmark = pytest.mark.slow

ana_listens = msgspec.structs.replace(ana_registered, listens=True)
ben_listens = msgspec.structs.replace(ben_registered, listens=True)


class Talk(Evening):
    """Two who hear each other, as each of them sounds before the programme is made louder."""

    def __init__(self, deck: Deck, *facts: RoomEvent | MediaEvent) -> None:
        self._came: dict[SourceId, list[bytes]] = {ANAS: [], BENS: []}
        super().__init__(deck, *facts)

    def steps(self, count: int) -> None:
        super().steps(count)
        for source, line in self.sockets.items():
            with suppress(BlockingIOError):
                while True:
                    self._came[source].append(line.recv(2_000, socket.MSG_DONTWAIT))

    def heard_by(self, source: SourceId) -> Float:
        """What this one's decoder makes of all that came since the last time."""
        decoder, came = Decoder(), self._came[source]
        self._came[source] = []
        return np.concatenate([decoder.decode(parse(data).payload).copy() for data in came])


@pytest.fixture
def talk() -> Iterator[Talk]:
    with deck() as made, closing(Talk(made, opened, live, ben_admitted, ana_listens, ben_listens)) as room:
        yield room


@pytest.fixture
def evening() -> Iterator[Evening]:
    with deck() as made, closing(Evening(made, opened, live, ana_registered)) as room:
        yield room


def test_meters_of_a_room_say_ten_times_a_second_what_ffmpeg_says_of_its_programme(evening: Evening) -> None:
    heard = evening.play(500, anassource01=speech("allison", 10.0))
    momentary, short, integrated, peak = ebur128(heard)
    told = evening.out.meters
    assert len(told) == pytest.approx(100, abs=3)
    last = told[-1]
    assert (last.momentary, last.shortterm, last.integrated) == pytest.approx((momentary, short, integrated), abs=0.5)
    assert max(each.truepeak for each in told) == pytest.approx(peak, abs=0.5)


def test_meters_of_a_source_say_how_loud_it_came(evening: Evening) -> None:
    hum = tone(1000, 3.0, 0.1)
    evening.play(150, anassource01=hum)
    (meter,) = evening.out.meters[-1].sources
    assert meter.loudness == pytest.approx(ebur128(hum)[0], abs=0.5)
    assert meter.peak == pytest.approx(-20.0, abs=1.0)


def test_whoever_asked_for_it_at_their_registration_is_heard_without_their_hiss() -> None:
    hiss = (0.02 * np.random.default_rng(3).standard_normal(150 * 960)).astype(np.float32)
    levels = []
    for wanted in (False, True):
        registered = msgspec.structs.replace(ana_registered, noise_suppression=wanted)
        with deck() as made, closing(Evening(made, opened, live, registered)) as room:
            room.play(150, anassource01=hiss)
            (meter,) = room.out.meters[-1].sources
            levels.append(meter.level)
    assert levels[1] < levels[0] - 10


def test_a_room_comes_to_the_loudness_that_it_was_tuned_to_while_it_is_on_air(evening: Evening) -> None:
    evening.play(400, anassource01=speech("allison", 8.0))
    evening.happens(RoomTuned(room=ROOM, loudness=Lufs(-18), own_mixes=1, by=ANA))
    heard = evening.play(900, anassource01=speech("allison", 18.0))[-12 * 48_000 :]
    assert ebur128(heard)[2] == pytest.approx(-18.0, abs=1.0)
    assert ebur128(heard)[3] <= -1.0


def test_a_quiet_and_a_loud_caller_come_out_alike(talk: Talk) -> None:
    quiet, loud = speech("june", 24.0) * np.float32(0.4), speech("allison", 24.0) * np.float32(1.5)
    assert ebur128(loud)[2] - ebur128(quiet)[2] > 10.0
    talk.play(1200, anassource01=quiet, benssource01=loud)
    anas, bens = (ebur128(talk.heard_by(ear)[-16 * 48_000 :])[2] for ear in (BENS, ANAS))
    assert (anas, bens) == pytest.approx((-20.0, -20.0), abs=2.0)
    assert abs(anas - bens) < 2.0


def test_a_caller_who_comes_back_is_at_their_loudness_from_the_first_word(talk: Talk) -> None:
    quiet, silence = speech("june", 12.0) * np.float32(0.4), np.zeros(12 * 48_000, np.float32)
    talk.play(600, anassource01=quiet, benssource01=silence)
    before = talk.out.meters[-1].sources[0].gain
    assert before > 3.0
    talk.out.meters.clear()
    talk.heard_by(BENS)
    talk.happens(msgspec.structs.replace(ana_listens, ssrc=99))
    talk.play(150, {ANAS: 99, BENS: 2}, anassource01=quiet, benssource01=silence)
    (again,) = [each for each in talk.out.meters[0].sources if each.source == ANAS]
    assert again.gain == pytest.approx(before, abs=0.3)
    assert ebur128(talk.heard_by(BENS))[2] == pytest.approx(-20.0, abs=2.0)


def test_the_house_programme_goes_down_under_the_first_word_and_comes_back() -> None:
    hum, word, quiet = FakePlayer(tone(1000, 0.02, 0.1)), tone(300, 0.5, 0.2), np.zeros(48_000 * 9, np.float32)
    with deck() as made, closing(Evening(made, automated, live, ana_registered, player=hum)) as room:
        before = strength(room.play(600, anassource01=quiet)[-4_800:], 1000)
        assert before > 0.05
        under = room.play(25, anassource01=word)
        assert strength(under[9_600:14_400], 1000) < 0.3 * before
        assert strength(room.play(600, anassource01=quiet)[-4_800:], 1000) == pytest.approx(before, rel=0.5)


def test_in_a_concert_the_host_is_heard_in_the_middle_and_who_comes_first_on_the_left() -> None:
    concert = msgspec.structs.replace(opened, concert=True)
    facts = (concert, live, ben_admitted, ana_registered, ben_registered)
    with deck() as made, closing(Evening(made, *facts)) as room:
        sound = room.play(60, anassource01=tone(300, 1.2, 0.2), benssource01=tone(700, 1.2, 0.2))
        left, right = sound.reshape(-1, 2)[-24_000:].T
        assert strength(left, 300) == pytest.approx(strength(right, 300), rel=0.02)
        assert strength(left, 700) > 2 * strength(right, 700) > 0.02
