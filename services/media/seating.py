"""Where between left and right the people on a stage are heard, in a room of two channels. Pure.

The host sits in the middle. All others take the first free seat of a row in the order in which they come, and keep it
until they leave: on the left half way, on the right half way, then by pairs further out, nearer, and between.
"""

from collections.abc import Mapping

from libs.events.ids import PersonId

HOSTS = 0
"""The seat in the middle."""

PAIRS = (0.5, 0.75, 0.25, 0.875, 0.625, 0.375, 0.125, 1.0)
"""How far from the middle; with more people than that they share."""

Seats = Mapping[PersonId, int]


def taken(seats: Seats, person: PersonId) -> dict[PersonId, int]:
    """The seats once this person has one; who has one keeps it."""
    if person in seats:
        return dict(seats)
    free = next(seat for seat in range(HOSTS + 1, len(seats) + 2) if seat not in seats.values())
    return {**seats, person: free}


def left(seats: Seats, person: PersonId) -> dict[PersonId, int]:
    """The seats once this person has none."""
    return {who: seat for who, seat in seats.items() if who != person}


def place(seat: int) -> float:
    """From -1 (left) to 1 (right)."""
    if seat == HOSTS:
        return 0.0
    pair, side = divmod(seat - 1, 2)
    return PAIRS[pair % len(PAIRS)] * (1 if side else -1)
