"""One room, one tick: decoded frames in, the programme and the stage's packets out. The twin of mixing/tick.py.

Each strip under its fader, in the order of the strips; the sum from the first to the last; the gain toward the room's
loudness; the limiter. `out` is the programme before the one quantisation, which is left to who wants it.
"""

import cython
from cython.cimports.libc.stdlib import free, realloc
from cython.cimports.libc.string import memset
from cython.cimports.services.media.engine import aim, buses, duck, limiter, pan, ramp, stage
from cython.cimports.services.media.engine.level import loud
from cython.cimports.services.media.engine.ramp import Ramp

from services.media.mixing import duck as oracle

HOLD = cython.declare(cython.int, oracle.HOLD)


def begin(room: cython.pointer[Room], most: cython.int, bitrate: cython.int, channels: cython.int) -> cython.void:
    """Nobody there. `most` mixes of people's own, which are mono; the programme has 1 or 2 `channels`."""
    memset(room, 0, cython.sizeof(Room))
    room.channels = channels
    aim.begin(cython.address(room.aim))
    limiter.begin(cython.address(room.limiter))
    stage.begin(cython.address(room.stage), most, bitrate)


def end(room: cython.pointer[Room]) -> cython.void:
    """Give back what it has; strips are their owner's."""
    stage.end(cython.address(room.stage))
    free(room.strips)
    room.strips = cython.NULL
    room.many = room.places = 0


def add(room: cython.pointer[Room], strip: cython.pointer[Strip]) -> cython.bint:
    """Behind the others. False when there is no memory for it."""
    strips: cython.pointer[cython.pointer[Strip]]
    if room.many == room.places:
        strips = cython.cast(
            cython.pointer[cython.pointer[Strip]],
            realloc(room.strips, (room.places + 16) * cython.sizeof(cython.p_void)),
        )
        if strips == cython.NULL:
            return False
        room.strips = strips
        room.places += 16
    room.strips[room.many] = strip
    room.many += 1
    return True


def remove(room: cython.pointer[Room], strip: cython.pointer[Strip]) -> cython.void:
    """The others keep their order."""
    number: cython.int
    kept: cython.int = 0
    for number in range(room.many):
        if room.strips[number] != strip:
            room.strips[kept] = room.strips[number]
            kept += 1
    room.many = kept


def mix(room: cython.pointer[Room]) -> cython.void:
    """Make the next 960 samples."""
    one: cython.pointer[Strip]
    number: cython.int
    first: cython.bint = True
    listened: cython.bint = False
    room.talk = HOLD if _talks(room) else max(0, room.talk - 1)
    for number in range(room.many):
        one = room.strips[number]
        listened = listened or one.listens
        _fade(room, one)
        if one.heard != cython.NULL:
            _add(room, one, first)
            first = False
    if first:
        buses.clear(room.total, TICK)
        buses.clear(room.sides, 2 * TICK)
    _loud(room)
    if listened:
        stage.mix(cython.address(room.stage), room.strips, room.many, room.total)
    else:
        stage.rest(cython.address(room.stage))


def _talks(room: cython.pointer[Room]) -> cython.bint:
    """True while somebody says something that beds go down under."""
    number: cython.int
    for number in range(room.many):
        if duck.talks(room.strips[number]):
            return True
    return False


def _loud(room: cython.pointer[Room]) -> cython.void:
    """The sum at its room's loudness, limited and measured."""
    gained: cython.float[1920]
    total: cython.pointer[cython.const[cython.float]] = room.total
    if room.channels == 2:
        total = room.sides
    total = aim.apply(cython.address(room.aim), room.channels, total, gained)
    limiter.limit(cython.address(room.limiter), room.channels, total, room.out)
    aim.hear(cython.address(room.aim), room.channels, room.out)
    room.level = loud(room.out, room.channels * TICK)


def _fade(room: cython.pointer[Room], strip: cython.pointer[Strip]) -> cython.void:
    """What is heard of one."""
    fader: cython.pointer[Ramp] = cython.address(strip.fader)
    gain: cython.float = duck.aimed(strip, room.talk > 0)
    strip.heard = strip.sides = cython.NULL
    if strip.frame == cython.NULL:
        ramp.move(fader, gain)
    elif strip.channels == 1:
        strip.heard = ramp.under(fader, strip.frame, gain, strip.under)
    elif room.channels == 1:
        buses.middle(strip.frame, strip.middle)
        strip.heard = ramp.under(fader, strip.middle, gain, strip.under)
    else:
        strip.sides = ramp.both(fader, strip.frame, gain, strip.under)
        if strip.sides != cython.NULL:
            buses.middle(strip.sides, strip.middle)
            strip.heard = strip.middle


def _add(room: cython.pointer[Room], strip: cython.pointer[Strip], first: cython.bint) -> cython.void:
    """To the sum, and to that of both sides where there is one."""
    side: cython.int
    if first:
        buses.copy(room.total, strip.heard)
    else:
        buses.add(room.total, strip.heard)
    if room.channels == 1:
        return
    if strip.sides == cython.NULL:
        pan.spread(cython.address(strip.pan), strip.heard, room.sides, first)
        return
    for side in range(2):
        if first:
            buses.copy(room.sides + side * TICK, strip.sides + side * TICK)
        else:
            buses.add(room.sides + side * TICK, strip.sides + side * TICK)
