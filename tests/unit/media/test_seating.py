"""Who sits where in a stereo room."""

from libs.events.ids import PersonId
from services.media.seating import HOSTS, left, place, taken

ANA, BEN, CAI, DEE = (PersonId(f"{name * 4}") for name in ("ana", "ben", "cai", "dee"))


def sat(*people: PersonId) -> dict[PersonId, int]:
    seats = {ANA: HOSTS}
    for person in people:
        seats = taken(seats, person)
    return seats


def test_the_host_sits_in_the_middle_and_the_others_on_both_sides() -> None:
    seats = sat(BEN, CAI, DEE)
    assert [place(seats[who]) for who in (ANA, BEN, CAI, DEE)] == [0.0, -0.5, 0.5, -0.75]


def test_whoever_sits_stays_where_they_are_and_an_empty_seat_is_the_next_one_s() -> None:
    seats = left(sat(BEN, CAI), BEN)
    assert seats[CAI] == sat(BEN, CAI)[CAI]
    assert taken(seats, CAI) == seats
    assert taken(seats, DEE)[DEE] == sat(BEN)[BEN]


def test_of_sixteen_no_two_sit_in_the_same_place() -> None:
    seats = sat(*(PersonId(f"person{n}") for n in range(15)))
    assert len({place(seat) for seat in seats.values()}) == 16
