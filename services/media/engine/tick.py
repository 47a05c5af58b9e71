"""One room, one tick: decoded frames in, the programme and the stage's packets out. The twin of mixing/tick.py.

Each strip under its fader, in the order of the strips; the sum from the first to the last; the gain toward the room's
loudness; the limiter. `out` is the programme before the one quantisation, which is left to who wants it.
"""

import cython
from cython.cimports.libc.stdlib import free, realloc
from cython.cimports.libc.string import memset
from cython.cimports.services.media.engine import aim, buses, duck, green, lane, limiter, pan, ramp, shared, stage
from cython.cimports.services.media.engine import strip as strips
from cython.cimports.services.media.engine.bus import HEARS_AIR
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
    green.begin(cython.address(room.green), bitrate)


def end(room: cython.pointer[Room]) -> cython.void:
    """Give back what it has; strips are their owner's."""
    stage.end(cython.address(room.stage))
    green.end(cython.address(room.green))
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
    """The others keep their order, and hear nothing of it alone any more."""
    number: cython.int
    kept: cython.int = 0
    for number in range(room.many):
        strips.forget(room.strips[number], strip)
        if room.strips[number] != strip:
            room.strips[kept] = room.strips[number]
            kept += 1
    room.many = kept


def mix(room: cython.pointer[Room]) -> cython.void:
    """Make the next 960 samples."""
    one: cython.pointer[Strip]
    number: cython.int
    first: cython.bint = True
    room.talk = HOLD if _talks(room) else max(0, room.talk - 1)
    for number in range(room.many):
        one = room.strips[number]
        _fade(room, one)
        _part(one)
        if one.heard != cython.NULL:
            _add(room, one, first)
            first = False
    if first:
        buses.clear(room.total, TICK)
        buses.clear(room.sides, 2 * TICK)
    _loud(room)
    _listen(room)


def _listen(room: cython.pointer[Room]) -> cython.void:
    """What those hear who listen."""
    one: cython.pointer[Strip]
    number: cython.int
    listened: cython.bint = False
    elsewhere: cython.bint = room.green.shared.used
    for number in range(room.many):
        one = room.strips[number]
        shared.turn(one)
        listened = listened or one.listens
        elsewhere = elsewhere or (one.listens and one.ear != HEARS_AIR)
    if listened:
        stage.mix(cython.address(room.stage), room.strips, room.many, room.total)
    else:
        stage.rest(cython.address(room.stage))
    if elsewhere:
        green.mix(cython.address(room.green), room.strips, room.many)


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


def _part(strip: cython.pointer[Strip]) -> cython.void:
    """What of it is on the programme, and what is heard beside that."""
    air: cython.float
    strip.aside = strip.told = cython.NULL
    if lane.plain(cython.address(strip.lane)):
        return
    if strip.heard == cython.NULL:
        lane.move(cython.address(strip.lane))
        return
    air = lane.on_air(cython.address(strip.lane))
    strip.aside = lane.aside(cython.address(strip.lane), strip.heard)
    strip.told = lane.told(cython.address(strip.lane), strip.heard)
    if strip.sides == cython.NULL:
        strip.heard = ramp.under(cython.address(strip.lane.air), strip.heard, air, strip.under)
        return
    strip.sides = ramp.both(cython.address(strip.lane.air), strip.sides, air, strip.under)
    strip.heard = cython.NULL
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
