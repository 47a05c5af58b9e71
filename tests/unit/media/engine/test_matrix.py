"""Five people in a room, real packets over loopback: who hears whom, for each pair."""

import pytest

from services.media.mixing.frame import TICK
from tests.unit.media.engine.callers import Plan, matrix, seat, talk
from tests.unit.media.engine.studio import by_hand

pytestmark = pytest.mark.slow

PEOPLE = 5
MERE_CHANCE, HEARD = 0.06, 0.2
"""An ideal mixer gives 0.5 for one of four equal voices."""


def test_of_five_who_talk_each_hears_four_and_nothing_of_themselves() -> None:
    with by_hand() as (made, port):
        callers = seat(made, port, [0.25] * PEOPLE, PEOPLE)
        talk(made, callers)
    for listener, row in enumerate(matrix(callers)):
        for speaker, found in enumerate(row):
            assert found < MERE_CHANCE if speaker == listener else found > HEARD, (listener, speaker, row)


def test_with_three_places_the_three_loudest_are_heard_by_all_others() -> None:
    with by_hand() as (made, port):
        callers = seat(made, port, [0.5, 0.06, 0.45, 0.06, 0.4], 3)
        talk(made, callers)
    for listener, row in enumerate(matrix(callers)):
        for speaker, found in enumerate(row):
            heard = speaker in {0, 2, 4} and speaker != listener
            assert found > HEARD if heard else found < 0.08, (listener, speaker, row)


@pytest.mark.parametrize(
    "plan",
    [
        pytest.param(lambda n: [] if n % 10 == 9 else [n], id="one in ten lost"),
        pytest.param(lambda n: [n, n], id="each twice"),
        pytest.param(lambda n: [] if n % 8 == 3 else [n, n - 1] if n % 8 == 4 else [n], id="one in eight overtaken"),
        pytest.param(lambda n: [] if n % 5 else [n, n + 1, n + 2, n + 3, n + 4], id="five at a time"),
    ],
)
def test_what_one_sender_s_network_does_to_packets_is_not_heard_in_the_others(plan: Plan) -> None:
    with by_hand() as (made, port):
        callers = seat(made, port, [0.25] * 3, 3)
        talk(made, callers, plan)
    found = matrix(callers)
    assert min(found[0][1], found[0][2]) > 0.35
    assert min(found[1][0], found[2][0]) > HEARD
    assert max(found[n][n] for n in range(3)) < MERE_CHANCE


def test_sequence_and_timestamp_wrap_while_all_five_talk() -> None:
    with by_hand() as (made, port):
        callers = seat(made, port, [0.25] * PEOPLE, PEOPLE, (65_536 - 60, (1 << 32) - 40 * TICK))
        talk(made, callers)
    for listener, row in enumerate(matrix(callers)):
        for speaker, found in enumerate(row):
            assert found < MERE_CHANCE if speaker == listener else found > HEARD, (listener, speaker, row)
