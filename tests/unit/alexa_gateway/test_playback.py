"""What speakers tell: twice, late, out of order; and how often we try again."""

from functools import reduce

import pytest

from libs.events.ids import DeviceId, Milliseconds, RoomId
from libs.events.playback import (
    DeviceSeen,
    PlaybackAsked,
    PlaybackEvent,
    PlaybackStarted,
    PlaybackStopped,
)
from libs.events.rooms import RoomEnded, RoomKind, RoomOpened, WentLive
from services.alexa_gateway.outcomes import Extend, Halt, Nothing, Tune
from services.alexa_gateway.playback import GOOD_PLAYING, after_end, after_failure, after_start
from services.alexa_gateway.requests import Failed, Fault, NearlyFinished
from services.alexa_gateway.state import REMEMBERED_PLAYS, Device, Play, Room, Rooms, evolve_device, evolve_rooms

KITCHEN = DeviceId("kitchen0000000000")
CITY, JAZZ = RoomId("citytalk00"), RoomId("jazznight0")
LIVE = Rooms({room: Room(room, room, live=True) for room in (CITY, JAZZ)})
OVER = Rooms()


def asked(token: str, room: RoomId = CITY, rendition: str = "mp3", attempt: int = 0) -> PlaybackAsked:
    return PlaybackAsked(device=KITCHEN, room=room, token=token, rendition=rendition, attempt=attempt)


def started(token: str, room: RoomId = CITY) -> PlaybackStarted:
    return PlaybackStarted(device=KITCHEN, room=room, token=token, offset=Milliseconds(0))


def stopped(token: str, room: RoomId = CITY, at: int = 1) -> PlaybackStopped:
    return PlaybackStopped(device=KITCHEN, room=room, token=token, offset=Milliseconds(5), at=Milliseconds(at))


def device(*facts: PlaybackEvent) -> Device:
    return reduce(evolve_device, facts, Device())


def failed(token: str) -> Failed:
    return Failed(request_id="r", timestamp="t", token=token, error=Fault("MEDIA_ERROR_UNKNOWN"))


def nearly(token: str, offset: int = 0) -> NearlyFinished:
    return NearlyFinished(request_id="r", timestamp="t", token=token, offset_in_milliseconds=Milliseconds(offset))


def test_what_started_is_what_plays() -> None:
    assert device(asked("a"), started("a")).current == Play(CITY, "mp3")


def test_a_late_stop_of_the_old_stream_does_not_end_the_new_one() -> None:
    after = device(asked("a"), started("a"), asked("b", JAZZ), started("b", JAZZ), stopped("a"))

    assert after.current == Play(JAZZ, "mp3")


def test_a_late_start_of_the_old_stream_does_not_bring_it_back() -> None:
    after = device(asked("a"), started("a"), stopped("a"), asked("b", JAZZ), started("b", JAZZ), started("a"))

    assert after.current == Play(JAZZ, "mp3")


def test_facts_told_twice_change_nothing() -> None:
    once = device(DeviceSeen(device=KITCHEN, locale="en-US"), asked("a"), started("a"), stopped("a"))

    assert device(asked("a"), started("a"), started("a"), stopped("a"), stopped("a")).playing == once.playing
    assert once.seen


def test_what_was_stopped_is_remembered_with_its_moment() -> None:
    after = device(asked("a"), started("a"), stopped("a", at=77))

    assert (after.playing, after.left, after.left_at) == (None, CITY, 77)


def test_only_the_last_streams_are_remembered() -> None:
    after = device(*(asked(f"t{n}") for n in range(REMEMBERED_PLAYS + 3)))

    assert len(after.plays) == REMEMBERED_PLAYS
    assert after.latest == f"t{REMEMBERED_PLAYS + 2}"


@pytest.mark.parametrize(("first", "second"), [("mp3", "aac"), ("aac", "mp3")])
def test_a_failure_is_tried_once_more_with_the_other_rendition(first: str, second: str) -> None:
    outcome = after_failure(failed("a"), device(asked("a", rendition=first)), LIVE)

    assert outcome == Tune(LIVE.open[CITY], "", None, second, 1)


def test_a_second_failure_is_the_end() -> None:
    assert after_failure(failed("b"), device(asked("a"), asked("b", rendition="aac", attempt=1)), LIVE) == Halt()


def test_the_failure_of_a_stream_that_was_replaced_is_only_noted() -> None:
    assert after_failure(failed("a"), device(asked("a"), asked("b", JAZZ)), LIVE) == Nothing()


def test_a_room_that_is_over_is_not_tried_again() -> None:
    assert after_failure(failed("a"), device(asked("a")), OVER) == Halt()
    assert after_end(nearly("a"), device(asked("a")), OVER) == Nothing()
    assert after_start(Play(CITY, "mp3"), OVER) == Halt()


def test_a_live_stream_that_fell_off_is_queued_again_twice() -> None:
    tries = [after_end(nearly("a"), device(asked("a", attempt=attempt)), LIVE) for attempt in range(3)]

    assert tries == [Extend(LIVE.open[CITY], "a", "mp3", 1), Extend(LIVE.open[CITY], "a", "mp3", 2), Nothing()]


def test_a_minute_of_good_playing_makes_up_for_earlier_tries() -> None:
    outcome = after_end(nearly("a", GOOD_PLAYING), device(asked("a", attempt=2)), LIVE)

    assert outcome == Extend(LIVE.open[CITY], "a", "mp3", 1)


def opened(room: RoomId, kind: RoomKind = RoomKind.OPEN, automation: str | None = None) -> RoomOpened:
    host = KITCHEN
    return RoomOpened(room=room, title=room, kind=kind, host=host, automation=automation)  # type: ignore[arg-type]  # any id hosts


def rooms(*facts: RoomOpened | WentLive | RoomEnded) -> Rooms:
    return reduce(lambda state, fact: evolve_rooms(state, fact, 5), facts, Rooms())  # type: ignore[arg-type]  # 5 samples


def test_rooms_are_live_between_going_live_and_ending() -> None:
    live = rooms(opened(CITY), opened(JAZZ), WentLive(room=CITY))

    assert [room.id for room in live.live] == [CITY]
    assert live.live[0].since == 5
    assert evolve_rooms(live, RoomEnded(room=CITY, by=KITCHEN), 9).live == ()  # type: ignore[arg-type]  # as above


def test_a_room_for_the_invited_is_named_to_nobody() -> None:
    assert rooms(opened(CITY, RoomKind.INVITED), WentLive(room=CITY)).live == ()


def test_rooms_with_people_come_before_those_that_run_by_themselves() -> None:
    live = rooms(opened(JAZZ), WentLive(room=JAZZ), opened(CITY, automation="house"), WentLive(room=CITY))

    assert [room.id for room in live.live] == [JAZZ, CITY]
