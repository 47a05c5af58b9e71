"""How the edges' counts become one number."""

from libs.events.ids import Milliseconds, RoomId
from libs.events.telemetry import EdgeAudience
from services.presence.audience import FEW, SILENCE, Audience, shown

JAZZ = RoomId("jazzjazzjazz")


def says(edge: str, listeners: int, sequence: int = 1) -> EdgeAudience:
    return EdgeAudience(room=JAZZ, edge=edge, sequence=sequence, listeners=listeners)


def at(seconds: float) -> Milliseconds:
    return Milliseconds(int(seconds * 1000))


def test_edges_add_up() -> None:
    audience = Audience()
    audience.heard(says("east", 3), at(0))
    audience.heard(says("west", 4), at(1))
    assert audience.listeners(JAZZ, at(1)) == 7


def test_the_last_word_of_an_edge_counts() -> None:
    audience = Audience()
    audience.heard(says("east", 3, 1), at(0))
    audience.heard(says("east", 2, 2), at(1))
    assert audience.listeners(JAZZ, at(1)) == 2


def test_a_beacon_that_was_overtaken_is_dropped() -> None:
    audience = Audience()
    audience.heard(says("east", 2, 7), at(1))
    audience.heard(says("east", 9, 6), at(1.1))
    assert audience.listeners(JAZZ, at(2)) == 2


def test_an_edge_that_counts_anew_is_believed() -> None:
    audience = Audience()
    audience.heard(says("east", 2, 700), at(1))
    audience.heard(says("east", 9, 1), at(4))
    assert audience.listeners(JAZZ, at(4)) == 9


def test_an_edge_is_dropped_after_35_seconds_of_silence() -> None:
    audience = Audience()
    audience.heard(says("east", 3), at(0))
    audience.heard(says("west", 4), at(1))
    assert SILENCE == 35_000
    assert audience.listeners(JAZZ, at(35)) == 7
    assert audience.listeners(JAZZ, at(35.5)) == 4
    assert audience.rooms(at(35.5)) == [JAZZ]
    assert audience.rooms(at(37)) == []


def test_nobody_hears_a_room_that_no_edge_speaks_of() -> None:
    assert Audience().listeners(JAZZ, at(0)) == 0


def test_the_public_is_told_few_below_ten() -> None:
    assert shown(FEW - 1, exactly=False) == "few"
    assert shown(0, exactly=False) == "few"
    assert shown(FEW, exactly=False) == 10
    assert shown(3, exactly=True) == 3
