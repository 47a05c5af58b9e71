"""What those on the stage hear, encoded once for each mix that differs. The twin of mixing/stage.py, which says why."""

import cython
from cython.cimports.libc.string import memset
from cython.cimports.services.media.engine import buses, ramp, selection
from cython.cimports.services.media.engine import shared as sharing
from cython.cimports.services.media.engine.bus import HEARS_AIR


def begin(stage: cython.pointer[Stage], most: cython.int, bitrate: cython.int) -> cython.void:
    """`most` mixes of people's own."""
    memset(stage, 0, cython.sizeof(Stage))
    stage.selection.most = most
    sharing.begin(cython.address(stage.shared), bitrate)


def end(stage: cython.pointer[Stage]) -> cython.void:
    """Give back what it has."""
    sharing.end(cython.address(stage.shared))


def rest(stage: cython.pointer[Stage]) -> cython.void:
    """Nobody listens: who comes next begins anew."""
    sharing.rest(cython.address(stage.shared))
    stage.selection.pressed = 0


def mix(
    stage: cython.pointer[Stage],
    strips: cython.pointer[cython.pointer[Strip]],
    many: cython.int,
    programme: cython.pointer[cython.const[cython.float]],
) -> cython.void:
    """Make everybody's packets whose ear is on the programme: `packet` of those apart, else that of the stage.
    `programme` is the sum of all strips' `heard`.
    """
    total: cython.pointer[cython.const[cython.float]]
    number: cython.int
    selection.update(cython.address(stage.selection), strips, many)
    for number in range(many):
        _pick(strips[number])
    total = _sum(stage, strips, many, programme)
    for number in range(many):
        if strips[number].ear == HEARS_AIR:
            sharing.part(cython.address(stage.shared), strips[number], _apart(stage, strips, many, strips[number]))
    sharing.make(cython.address(stage.shared), total)
    for number in range(many):
        if strips[number].ear == HEARS_AIR:
            strips[number].size = 0
            if strips[number].apart:
                _own(stage, strips, many, strips[number], total)


def _pick(strip: cython.pointer[Strip]) -> cython.void:
    """What the others on the stage hear of it."""
    target: cython.float = 1.0 if strip.chosen else 0.0
    strip.staged = strip.heard
    if not strip.gated:
        return
    if strip.heard == cython.NULL:
        ramp.move(cython.address(strip.pick), target)
    else:
        strip.staged = ramp.under(cython.address(strip.pick), strip.heard, target, strip.picked)


def _sum(
    stage: cython.pointer[Stage],
    strips: cython.pointer[cython.pointer[Strip]],
    many: cython.int,
    programme: cython.pointer[cython.const[cython.float]],
) -> cython.pointer[cython.const[cython.float]]:
    """The stage's sum; the programme's where that is the same."""
    same: cython.bint = True
    first: cython.bint = True
    number: cython.int
    stage.told = 0
    for number in range(many):
        same = same and strips[number].staged == strips[number].heard
        stage.told = stage.told or strips[number].told != cython.NULL
    if same and not stage.told:
        return programme
    for number in range(many):
        first = _add(stage, strips[number].staged, first)
        first = _add(stage, strips[number].told, first)
    if first:
        buses.clear(stage.total, TICK)
    return stage.total


def _add(
    stage: cython.pointer[Stage], part: cython.pointer[cython.const[cython.float]], first: cython.bint
) -> cython.bint:
    """To the sum; True while that is still nothing."""
    if part == cython.NULL:
        return first
    if first:
        buses.copy(stage.total, part)
    else:
        buses.add(stage.total, part)
    return False


def _apart(
    stage: cython.pointer[Stage],
    strips: cython.pointer[cython.pointer[Strip]],
    many: cython.int,
    strip: cython.pointer[Strip],
) -> cython.bint:
    """True when what this one hears is not what all others do: its person is heard."""
    spoke: cython.bint = False
    if not strip.listens:
        return False
    if stage.told or strip.lone > 0:
        spoke = sharing.spoke(strip, _told(strips, many, strip))
    return spoke or sharing.turning(strip) or _audible(strips, many, strip)


def _audible(
    strips: cython.pointer[cython.pointer[Strip]], many: cython.int, strip: cython.pointer[cython.const[Strip]]
) -> cython.bint:
    """True while its person is heard, or has a place among those who are."""
    number: cython.int
    if strip.person == 0:
        return strip.chosen or strip.staged != cython.NULL
    for number in range(many):
        if sharing.same(strips[number], strip) and (strips[number].chosen or strips[number].staged != cython.NULL):
            return True
    return False


def _told(
    strips: cython.pointer[cython.pointer[Strip]], many: cython.int, strip: cython.pointer[cython.const[Strip]]
) -> cython.bint:
    """True when its person says something to the stage alone."""
    number: cython.int
    for number in range(many):
        if strips[number].told != cython.NULL and sharing.same(strips[number], strip):
            return True
    return False


def _own(
    stage: cython.pointer[Stage],
    strips: cython.pointer[cython.pointer[Strip]],
    many: cython.int,
    strip: cython.pointer[Strip],
    total: cython.pointer[cython.const[cython.float]],
) -> cython.void:
    mine: cython.float[960]
    left: cython.pointer[cython.const[cython.float]] = total
    number: cython.int
    for number in range(many):
        if strips[number].staged != cython.NULL and strips[number].own and sharing.same(strips[number], strip):
            buses.mix_minus(left, strips[number].staged, mine)
            left = mine
    for number in range(many):
        if strips[number].told != cython.NULL and sharing.same(strips[number], strip):
            buses.mix_minus(left, strips[number].told, mine)
            left = mine
    sharing.own(cython.address(stage.shared), strip, left)
