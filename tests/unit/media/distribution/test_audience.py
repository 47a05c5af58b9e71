"""Who counts as listening."""

from libs.events.ids import Milliseconds, RoomId
from services.media.distribution.audience import Audience

JAZZ, ROCK = RoomId("jazzjazzjazz"), RoomId("rockrockrock")


def ms(milliseconds: int) -> Milliseconds:
    return Milliseconds(milliseconds)


def test_a_token_counts_once_however_often_it_takes_bytes() -> None:
    audience = Audience()
    for token in ("kitchen", "kitchen", "bedroom"):
        audience.accepted(JAZZ, token, ms(0))
    audience.accepted(ROCK, "kitchen", ms(0))
    assert audience.counted(ms(1)) == {JAZZ: 2, ROCK: 1}


def test_whoever_took_nothing_for_fifteen_seconds_is_gone() -> None:
    audience = Audience()
    audience.accepted(JAZZ, "kitchen", ms(0))
    audience.accepted(JAZZ, "bedroom", ms(10_000))
    assert audience.counted(ms(15_000)) == {JAZZ: 2}
    assert audience.counted(ms(15_001)) == {JAZZ: 1}


def test_the_last_who_goes_is_told_once() -> None:
    audience = Audience()
    audience.accepted(JAZZ, "kitchen", ms(0))
    assert audience.counted(ms(20_000)) == {JAZZ: 0}
    assert audience.counted(ms(21_000)) == {}
