"""Green room, talkback and pre-fader listen, on a desk with real packets: who hears whom, for each pair."""

from collections.abc import Callable

import numpy as np

from services.media.engine.desk import Desk
from services.media.mixing.bus import Bus, Ear
from services.media.mixing.frame import TICK, Float
from tests.unit.media.engine.callers import SETTLED, TICKS, Caller, alike, seat, talk
from tests.unit.media.engine.programme import Programme
from tests.unit.media.engine.studio import by_hand

MERE_CHANCE, HEARD, SILENCE = 0.06, 0.2, 1e-5
Asked = Callable[[Desk], None]


def heard(people: int, *asked: Asked) -> tuple[list[Caller], list[set[int]], Float]:
    """Everybody talks: the people, whom each of them heard, and the programme."""
    with by_hand() as (made, port):
        callers = seat(made, port, [0.25] * people, people)
        made.air(0, True)
        for each in asked:
            each(made)
        programme = Programme(made)
        talk(made, callers)
        sound = programme.sound[0]
    return callers, [audible(caller.heard(), callers) for caller in callers], sound


def audible(sound: Float, callers: list[Caller]) -> set[int]:
    if np.abs(sound).max() < SILENCE:
        return set()
    found = {n: alike(sound, caller.sound) for n, caller in enumerate(callers)}
    assert not [each for each in found.values() if MERE_CHANCE < each < HEARD], found
    return {n for n, each in found.items() if each > HEARD}


def green(number: int) -> tuple[Asked, Asked]:
    return lambda made: made.bus(number, Bus.GREEN), lambda made: made.ear(number, Ear.GREEN)


def test_the_green_room_hears_itself_and_the_stage_and_the_programme_hear_nothing_of_it() -> None:
    callers, whom, programme = heard(4, *green(2), *green(3))
    assert whom == [{1}, {0}, {3}, {2}]
    assert audible(programme[SETTLED * TICK :], callers) == {0, 1}


def test_talkback_is_heard_by_the_stage_and_the_green_room_and_never_on_the_programme() -> None:
    callers, whom, programme = heard(4, *green(3), lambda made: made.bus(0, Bus.TALKBACK))
    assert whom == [{1, 2}, {0, 2}, {0, 1}, {0}]
    assert audible(programme[SETTLED * TICK :], callers) == {1, 2}


def test_one_source_is_heard_alone_before_its_fader_whatever_its_bus() -> None:
    muted: Asked = lambda made: made.gain(1, 0.0)  # noqa: E731  # beside its likes
    asked = (*green(2), muted, lambda made: made.ear(0, Ear.SOLO, 1), lambda made: made.ear(3, Ear.SOLO, 2))
    assert heard(4, *asked)[1] == [{1}, {0, 3}, set(), {2}]


def test_nobody_hears_themselves_alone_nor_anybody_of_another_room_nor_who_is_gone() -> None:
    def elsewhere(made: Desk) -> None:
        made.open(1)
        made.add(1, 9, 77, 111)
        for number, of in enumerate((0, 9, 8)):
            made.ear(number, Ear.SOLO, of)

    assert heard(3, elsewhere)[1] == [set(), set(), set()]


def test_people_of_a_green_room_who_do_not_talk_share_one_encoding() -> None:
    with by_hand() as (made, port):
        callers = seat(made, port, [0.25] * 4, 3)
        for number in range(4):
            made.bus(number, Bus.GREEN)
            made.ear(number, Ear.GREEN)
        for n in range(TICKS):
            callers[0].send([n])
            for caller in callers[1:]:
                caller.send([n] if n == 0 else [])
            made.turn()
            for caller in callers:
                caller.listen()
    last = max(callers[1].received)
    assert len({caller.received[last] for caller in callers[1:]}) == 1
    assert [audible(caller.heard(), callers) for caller in callers[:2]] == [set(), {0}]


def test_who_goes_on_air_is_on_the_programme_from_that_tick_on_and_not_a_sample_before() -> None:
    with by_hand() as (made, port):
        callers = seat(made, port, [0.5, 0.25], 3)
        made.air(0, True)
        for number in range(2):
            made.bus(number, Bus.GREEN)
            made.ear(number, Ear.GREEN)
        programme = Programme(made)
        for n in range(TICKS):
            if n == TICKS // 2:
                quiet = programme.look().sound
                made.bus(0, Bus.AIR)
                made.ear(0, Ear.AIR)
            callers[0].send([n])
            callers[1].send([n])
            made.turn()
            for caller in callers:
                caller.listen()
        aired = programme.sound[0][quiet.shape[1] :]
    assert not quiet.any()
    assert quiet.shape[1] == TICKS // 2 * TICK
    assert np.abs(aired[: 2 * TICK]).max() > 0.02
    assert np.abs(aired[:240]).max() < np.abs(aired[TICK:]).max()
    assert audible(programme.sound[0][SETTLED * TICK :], callers) == {0}


def test_no_talk_off_the_programme_takes_a_bed_down_or_is_said_to_be_heard() -> None:
    with by_hand() as (made, port):
        callers = seat(made, port, [0.5], 3)
        made.bus(0, Bus.TALKBACK)
        told = Programme(made)
        talk(made, callers)
        assert [fact.name for fact in told.facts()] == ["CONNECTED"]
