"""One mix that several people hear, encoded once, and those who have one of their own instead. The twin of
mixing/shared.py, which says why.
"""

import cython
from cython.cimports.libc.string import memset
from cython.cimports.services.media.engine import buses, opus, ramp
from cython.cimports.services.media.engine import limiter as limiting
from cython.cimports.services.media.engine.frame import TICK

LEAVE_TICKS = cython.declare(cython.int, 50)


def begin(shared: cython.pointer[Shared], bitrate: cython.int) -> cython.void:
    """Nobody has heard it."""
    memset(shared, 0, cython.sizeof(Shared))
    shared.bitrate = bitrate
    limiting.begin(cython.address(shared.limiter))


def end(shared: cython.pointer[Shared]) -> cython.void:
    """Give back what it has."""
    opus.give(cython.address(shared.encodes[0].coder))
    opus.give(cython.address(shared.encodes[1].coder))


def rest(shared: cython.pointer[Shared]) -> cython.void:
    """Nobody listens: who comes next begins anew."""
    one: cython.pointer[Encode]
    number: cython.int
    if shared.used:
        limiting.begin(cython.address(shared.limiter))
    for number in range(2):
        one = cython.address(shared.encodes[number])
        opus.restart(cython.address(one.coder))
        one.ran = one.taken = one.wanted = one.loss = one.size = 0
    shared.used = 0


def same(one: cython.pointer[cython.const[Strip]], other: cython.pointer[cython.const[Strip]]) -> cython.bint:
    """True when both are of one person."""
    return one == other or (one.person != 0 and one.person == other.person)


def turn(strip: cython.pointer[Strip]) -> cython.void:
    """Before a tick: hear what is wished, once what was heard before is gone."""
    if strip.turned.gain == 0.0:
        strip.ear = strip.wish
        strip.of = strip.wished


def turning(strip: cython.pointer[cython.const[Strip]]) -> cython.bint:
    """True while what it hears is not all there."""
    return strip.turned.gain != 1.0 or not _arrived(strip)


def spoke(strip: cython.pointer[Strip], spoke: cython.bint) -> cython.bint:
    """True until a second after its person was last heard."""
    strip.lone = LEAVE_TICKS if spoke else max(0, strip.lone - 1)
    return strip.lone > 0


def part(shared: cython.pointer[Shared], strip: cython.pointer[Strip], apart: cython.bint) -> cython.void:
    """Take over states where somebody comes or goes, and note who is not apart."""
    lossy: cython.bint = strip.loss > 0
    mine: cython.pointer[Coder] = cython.address(strip.coder)
    one: cython.pointer[Encode] = cython.address(shared.encodes[lossy])
    if apart and not strip.apart:
        strip.limiter = shared.limiter
        if one.ran and one.coder.begun and opus.ready(mine, shared.bitrate, one.coder.loss):
            opus.follow(mine, cython.address(one.coder))
    elif (
        strip.apart
        and not (apart or one.taken)
        and mine.begun
        and (mine.loss > 0) == lossy
        and opus.ready(cython.address(one.coder), shared.bitrate, mine.loss)
    ):
        opus.follow(cython.address(one.coder), mine)
        one.taken = 1
    strip.apart = apart
    if strip.listens and not apart:
        one.wanted = 1
        one.loss = max(one.loss, strip.loss)


def make(shared: cython.pointer[Shared], total: cython.pointer[cython.const[cython.float]]) -> cython.void:
    """The packets of all who are not apart, if there are any: for those who lose, as for the one who loses most."""
    sound: cython.float[960]
    one: cython.pointer[Encode]
    number: cython.int
    limiting.limit(cython.address(shared.limiter), 1, total, sound)
    shared.used = 1
    for number in range(2):
        one = cython.address(shared.encodes[number])
        one.size = 0
        if one.wanted:
            one.size = _encoded(cython.address(one.coder), shared.bitrate, one.loss, sound, one.packet)
        one.ran = one.taken = one.wanted
        one.wanted = one.loss = 0


def own(
    shared: cython.pointer[Shared], strip: cython.pointer[Strip], line: cython.pointer[cython.const[cython.float]]
) -> cython.void:
    """The packet of somebody's own mix."""
    faded: cython.float[960]
    sound: cython.float[960]
    if turning(strip):
        line = ramp.under(cython.address(strip.turned), line, 1.0 if _arrived(strip) else 0.0, faded)
        if line == cython.NULL:
            buses.clear(faded, TICK)
            line = faded
    limiting.limit(cython.address(strip.limiter), 1, line, sound)
    strip.size = _encoded(cython.address(strip.coder), shared.bitrate, strip.loss, sound, strip.packet)


def _arrived(strip: cython.pointer[cython.const[Strip]]) -> cython.bint:
    return strip.ear == strip.wish and strip.of == strip.wished


def _encoded(
    coder: cython.pointer[Coder],
    bitrate: cython.int,
    loss: cython.int,
    sound: cython.pointer[cython.const[cython.float]],
    out: cython.p_uchar,
) -> cython.int:
    """A packet's size; 0 when there can be none."""
    if not opus.ready(coder, bitrate, loss):
        return 0
    return max(0, opus.encode(coder, sound, out))
