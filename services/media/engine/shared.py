"""One mix that several people hear, encoded once, and those who have one of their own instead. The twin of
mixing/shared.py, which says why.
"""

import cython
from cython.cimports.libc.stdlib import free
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
    free(shared.encoder)
    shared.encoder = cython.NULL


def rest(shared: cython.pointer[Shared]) -> cython.void:
    """Nobody listens: who comes next begins anew."""
    if shared.used:
        limiting.begin(cython.address(shared.limiter))
        if shared.encoder != cython.NULL:
            opus.restart(shared.encoder)
    shared.ran = shared.used = shared.size = 0


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


def part(
    shared: cython.pointer[Shared],
    strip: cython.pointer[Strip],
    apart: cython.bint,
    taken: cython.pointer[cython.bint],
) -> cython.void:
    """Take over states where somebody comes or goes."""
    if apart and not strip.apart:
        strip.limiter = shared.limiter
        if shared.ran and shared.encoder != cython.NULL:
            strip.encoder = opus.new_encoder(shared.bitrate) if strip.encoder == cython.NULL else strip.encoder
            if strip.encoder != cython.NULL:
                opus.follow(strip.encoder, shared.encoder)
    elif strip.apart and not apart and not taken[0] and strip.encoder != cython.NULL:
        shared.encoder = opus.new_encoder(shared.bitrate) if shared.encoder == cython.NULL else shared.encoder
        if shared.encoder != cython.NULL:
            opus.follow(shared.encoder, strip.encoder)
            taken[0] = True
    strip.apart = apart


def make(
    shared: cython.pointer[Shared], total: cython.pointer[cython.const[cython.float]], wanted: cython.bint
) -> cython.void:
    """The packet of all who are not apart, if there are any."""
    sound: cython.float[960]
    limiting.limit(cython.address(shared.limiter), 1, total, sound)
    shared.used = 1
    shared.ran = wanted
    shared.size = 0
    if wanted:
        shared.size = _encoded(cython.address(shared.encoder), shared.bitrate, sound, shared.packet)


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
    strip.size = _encoded(cython.address(strip.encoder), shared.bitrate, sound, strip.packet)


def _arrived(strip: cython.pointer[cython.const[Strip]]) -> cython.bint:
    return strip.ear == strip.wish and strip.of == strip.wished


def _encoded(
    encoder: cython.pointer[cython.pointer[OpusEncoder]],
    bitrate: cython.int,
    sound: cython.pointer[cython.const[cython.float]],
    out: cython.p_uchar,
) -> cython.int:
    """A packet's size; 0 when there can be none."""
    size: cython.int
    if encoder[0] == cython.NULL:
        encoder[0] = opus.new_encoder(bitrate)
    if encoder[0] == cython.NULL:
        return 0
    size = opus.encode(encoder[0], sound, out)
    return max(0, size)
