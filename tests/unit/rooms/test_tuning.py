"""How a room sounds is its host's to say."""

import msgspec
import pytest

from libs.events.ids import Lufs
from libs.events.rooms import RoomTuned, Seat
from services.rooms.commands import OpenRoom, TuneRoom
from services.rooms.errors import LoudnessUnusable, NotTheHost, OwnMixesUnusable, RoomOver, RoomUnknown
from tests.unit.rooms.people import ANA, BEN, JAZZ, asks, ended, live, opened, room, seated

podcast = TuneRoom(loudness=Lufs(-16), own_mixes=5)
tuned = RoomTuned(room=JAZZ, loudness=Lufs(-16), own_mixes=5, by=ANA)


def test_a_room_is_opened_with_its_loudness_and_its_mixes() -> None:
    what = OpenRoom(room=JAZZ, title="Jazz at night", aliases=("jazz",), loudness=Lufs(-16), own_mixes=5)
    room.given().when(asks(ANA, what)).then(msgspec.structs.replace(opened, loudness=Lufs(-16), own_mixes=5))


def test_the_host_tunes_it_while_it_is_live() -> None:
    room.given(opened, live).when(asks(ANA, podcast)).then(tuned)


def test_the_same_again_is_nothing_new() -> None:
    room.given(opened, live, tuned).when(asks(ANA, podcast)).then()
    room.given(opened).when(asks(ANA, TuneRoom())).then()


def test_what_is_not_said_is_the_mixers_again() -> None:
    room.given(opened, tuned).when(asks(ANA, TuneRoom(own_mixes=5))).then(RoomTuned(room=JAZZ, own_mixes=5, by=ANA))


def test_nobody_else_tunes_it() -> None:
    cohost = seated(BEN, Seat.COHOST)
    room.given(opened, live, cohost).when(asks(BEN, podcast)).then_refused(NotTheHost)


def test_there_must_be_a_room_that_goes_on() -> None:
    room.given().when(asks(ANA, podcast)).then_refused(RoomUnknown)
    room.given(opened, ended).when(asks(ANA, podcast)).then_refused(RoomOver)


@pytest.mark.parametrize("loudness", [-31, -9, 0])
def test_a_loudness_that_no_programme_should_have_is_refused(loudness: int) -> None:
    room.given(opened).when(asks(ANA, TuneRoom(loudness=Lufs(loudness)))).then_refused(LoudnessUnusable, "-30 to -10")
    loud = OpenRoom(room=JAZZ, title="Jazz", loudness=Lufs(loudness))
    room.given().when(asks(ANA, loud)).then_refused(LoudnessUnusable, f"not {loudness}")


@pytest.mark.parametrize("own_mixes", [0, 51])
def test_at_least_one_and_not_more_than_fifty_have_a_mix_of_their_own(own_mixes: int) -> None:
    room.given(opened).when(asks(ANA, TuneRoom(own_mixes=own_mixes))).then_refused(OwnMixesUnusable, "1 to 50")
