"""How loud people come out of a running room, and what its meters say of it."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from libs.events.ids import Lufs
from libs.events.rooms import RoomTuned
from tests.unit.media.evening import ANA, ROOM, Evening, ana_registered, deck, live, opened
from tests.unit.media.mixing.sounds import speech, tone
from tests.unit.media.mixing.test_loudness import ebur128


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


def test_a_room_comes_to_the_loudness_that_it_was_tuned_to_while_it_is_on_air(evening: Evening) -> None:
    evening.play(400, anassource01=speech("allison", 8.0))
    evening.happens(RoomTuned(room=ROOM, loudness=Lufs(-18), own_mixes=1, by=ANA))
    heard = evening.play(900, anassource01=speech("allison", 18.0))[-12 * 48_000 :]
    assert ebur128(heard)[2] == pytest.approx(-18.0, abs=1.0)
    assert ebur128(heard)[3] <= -1.0
