"""Who on the stage gets a mix of their own. The twin of mixing/selection.py, which says why."""

import cython

FLOOR = cython.declare(cython.double, -120.0)
WEIGHT = cython.declare(cython.double, 0.2)
LOUDER = cython.declare(cython.double, 6.0)
AFTER_TICKS = cython.declare(cython.int, 5)
LEAVE_TICKS = cython.declare(cython.int, 50)


def update(
    selection: cython.pointer[Selection], strips: cython.pointer[cython.pointer[Strip]], many: cython.int
) -> cython.void:
    """Take one tick's levels of all whose person listens, in their order."""
    number: cython.int
    for number in range(many):
        if strips[number].gated:
            _hear(strips[number])
    _fill(selection, strips, many)
    _press(selection, strips, many)


def _hear(strip: cython.pointer[Strip]) -> cython.void:
    level: cython.double = FLOOR if strip.heard == cython.NULL else strip.level
    strip.loudness += (level - strip.loudness) * WEIGHT
    strip.silent = strip.silent + 1 if strip.heard == cython.NULL else 0
    if strip.silent >= LEAVE_TICKS:
        strip.chosen = 0


def _fill(
    selection: cython.pointer[Selection], strips: cython.pointer[cython.pointer[Strip]], many: cython.int
) -> cython.void:
    free: cython.int = selection.most
    number: cython.int
    found: cython.pointer[Strip]
    for number in range(many):
        free -= strips[number].gated and strips[number].chosen
    while free > 0:
        found = _loudest(strips, many)
        if found == cython.NULL:
            return
        found.chosen = 1
        free -= 1
    while free < 0:
        _quietest(strips, many).chosen = 0
        free += 1


def _press(
    selection: cython.pointer[Selection], strips: cython.pointer[cython.pointer[Strip]], many: cython.int
) -> cython.void:
    loudest: cython.pointer[Strip] = _loudest(strips, many)
    quietest: cython.pointer[Strip] = _quietest(strips, many)
    if loudest == cython.NULL or quietest == cython.NULL or not loudest.loudness > quietest.loudness + LOUDER:
        selection.pressed = 0
        return
    selection.pressed += 1
    if selection.pressed >= AFTER_TICKS:
        quietest.chosen = 0
        loudest.chosen = 1
        selection.pressed = 0


def _loudest(strips: cython.pointer[cython.pointer[Strip]], many: cython.int) -> cython.pointer[Strip]:
    """Of those who are heard and have no place."""
    found: cython.pointer[Strip] = cython.NULL
    one: cython.pointer[Strip]
    number: cython.int
    for number in range(many):
        one = strips[number]
        if one.gated and not one.chosen and one.silent == 0 and (found == cython.NULL or one.loudness > found.loudness):
            found = one
    return found


def _quietest(strips: cython.pointer[cython.pointer[Strip]], many: cython.int) -> cython.pointer[Strip]:
    """Of those who have a place."""
    found: cython.pointer[Strip] = cython.NULL
    one: cython.pointer[Strip]
    number: cython.int
    for number in range(many):
        one = strips[number]
        if one.gated and one.chosen and (found == cython.NULL or one.loudness <= found.loudness):
            found = one
    return found
