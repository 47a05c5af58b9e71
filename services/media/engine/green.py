"""What those hear who do not listen to the programme. The twin of mixing/green.py, which says why."""

import cython
from cython.cimports.services.media.engine import buses
from cython.cimports.services.media.engine import shared as sharing
from cython.cimports.services.media.engine.bus import HEARS_GREEN, HEARS_ONE
from cython.cimports.services.media.engine.frame import TICK


def begin(green: cython.pointer[Green], bitrate: cython.int) -> cython.void:
    """Nobody there."""
    sharing.begin(cython.address(green.shared), bitrate)


def end(green: cython.pointer[Green]) -> cython.void:
    """Give back what it has."""
    sharing.end(cython.address(green.shared))


def mix(green: cython.pointer[Green], strips: cython.pointer[cython.pointer[Strip]], many: cython.int) -> cython.void:
    """Make the packets of all whose ear is not on the programme: `packet` of those apart, else the green room's."""
    listened: cython.bint = False
    number: cython.int
    for number in range(many):
        if strips[number].listens and strips[number].ear == HEARS_ONE:
            _alone(green, strips[number])
        listened = listened or (strips[number].listens and strips[number].ear == HEARS_GREEN)
    if not listened:
        sharing.rest(cython.address(green.shared))
        return
    _sum(green, strips, many)
    _part(green, strips, many)
    sharing.make(cython.address(green.shared), green.total)
    for number in range(many):
        if strips[number].listens and strips[number].ear == HEARS_GREEN:
            strips[number].size = 0
            if strips[number].apart:
                _own(green, strips, many, strips[number])


def _alone(green: cython.pointer[Green], strip: cython.pointer[Strip]) -> cython.void:
    """One source before its fader; nothing when that is one's own."""
    line: cython.float[960]
    of: cython.pointer[cython.const[Strip]] = strip.of
    if of == cython.NULL or of.frame == cython.NULL or sharing.same(strip, of):
        buses.clear(line, TICK)
    elif of.channels == 1:
        buses.copy(line, of.frame)
    else:
        buses.middle(of.frame, line)
    sharing.own(cython.address(green.shared), strip, line)


def _sum(green: cython.pointer[Green], strips: cython.pointer[cython.pointer[Strip]], many: cython.int) -> cython.void:
    first: cython.bint = True
    number: cython.int
    for number in range(many):
        if strips[number].aside == cython.NULL:
            continue
        if first:
            buses.copy(green.total, strips[number].aside)
        else:
            buses.add(green.total, strips[number].aside)
        first = False
    if first:
        buses.clear(green.total, TICK)


def _part(green: cython.pointer[Green], strips: cython.pointer[cython.pointer[Strip]], many: cython.int) -> cython.void:
    """Who has a mix of their own, taking over states."""
    one: cython.pointer[Strip]
    apart: cython.bint
    number: cython.int
    for number in range(many):
        one = strips[number]
        if one.listens and one.ear == HEARS_GREEN:
            apart = sharing.spoke(one, _spoke(strips, many, one))
            apart = apart or sharing.turning(one)
            sharing.part(cython.address(green.shared), one, apart)


def _spoke(
    strips: cython.pointer[cython.pointer[Strip]], many: cython.int, strip: cython.pointer[cython.const[Strip]]
) -> cython.bint:
    """True when its person is heard there."""
    number: cython.int
    for number in range(many):
        if strips[number].aside != cython.NULL and sharing.same(strips[number], strip):
            return True
    return False


def _own(
    green: cython.pointer[Green],
    strips: cython.pointer[cython.pointer[Strip]],
    many: cython.int,
    strip: cython.pointer[Strip],
) -> cython.void:
    mine: cython.float[960]
    left: cython.pointer[cython.const[cython.float]] = green.total
    number: cython.int
    for number in range(many):
        if strips[number].aside != cython.NULL and sharing.same(strips[number], strip):
            buses.mix_minus(left, strips[number].aside, mine)
            left = mine
    sharing.own(cython.address(green.shared), strip, left)
