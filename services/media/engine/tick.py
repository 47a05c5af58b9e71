"""One room, one tick: decoded frames in, the programme and the stage's packets out. The twin of mixing/tick.py.

Each strip under its fader, in the order of the strips; the sum from the first to the last; the limiter. `out` is the
programme before the one quantisation, which is left to who wants it.
"""

import cython
from cython.cimports.libc.stdlib import free, realloc
from cython.cimports.libc.string import memset
from cython.cimports.services.media.engine import buses, limiter, ramp, stage
from cython.cimports.services.media.engine.level import dbfs


def begin(room: cython.pointer[Room], most: cython.int, bitrate: cython.int) -> cython.void:
    """Nobody there. `most` mixes of people's own."""
    memset(room, 0, cython.sizeof(Room))
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
    for number in range(room.many):
        one = room.strips[number]
        listened = listened or one.listens
        if one.frame == cython.NULL:
            one.heard = cython.NULL
            ramp.move(cython.address(one.fader), one.gain)
            continue
        one.heard = ramp.under(cython.address(one.fader), one.frame, one.gain, one.under)
        if one.heard == cython.NULL:
            continue
        if first:
            buses.copy(room.total, one.heard)
        else:
            buses.add(room.total, one.heard)
        first = False
    if first:
        buses.clear(room.total, TICK)
    limiter.limit(cython.address(room.limiter), 1, room.total, room.out)
    room.level = dbfs(room.out)
    if listened:
        stage.mix(cython.address(room.stage), room.strips, room.many, room.total)
    else:
        stage.rest(cython.address(room.stage))
