"""One contribution to a room, as on a mixing desk: its fader, and for a person who listens what they hear."""

import cython
from cython.cimports.libc.string import memset
from cython.cimports.services.media.engine import lane, limiter, opus, pan, ramp
from cython.cimports.services.media.engine.bus import HEARS_AIR, Ear
from cython.cimports.services.media.engine.ramp import CLICKLESS
from cython.cimports.services.media.engine.sound import MUSIC

FLOOR = cython.declare(cython.double, -120.0)
LEAVE_TICKS = cython.declare(cython.int, 50)


def begin(strip: cython.pointer[Strip], fade: cython.int) -> cython.void:
    """The fader at 0; `fade` samples from one end to the other."""
    memset(strip, 0, cython.sizeof(Strip))
    strip.level = strip.loudness = FLOOR
    strip.silent = LEAVE_TICKS
    strip.channels = 1
    strip.factor = 1.0
    strip.fade = fade
    pan.begin(cython.address(strip.pan))
    ramp.begin(cython.address(strip.fader), fade, fade)
    ramp.begin(cython.address(strip.pick), CLICKLESS, CLICKLESS)
    ramp.begin(cython.address(strip.turned), CLICKLESS, CLICKLESS)
    strip.turned.gain = 1.0
    strip.ear = strip.wish = HEARS_AIR
    lane.begin(cython.address(strip.lane))
    limiter.begin(cython.address(strip.limiter))


def gate(strip: cython.pointer[Strip], person: cython.int, gated: cython.bint) -> cython.void:
    """Whose it is, and whether that one listens. Who is heard at that moment stays so, or goes in a ramp."""
    strip.person = person
    strip.own = gated
    _gate(strip)


def listening(strip: cython.pointer[Strip]) -> cython.void:
    """It gets back what its person hears."""
    strip.listens = strip.own = strip.gated = 1


def assign(strip: cython.pointer[Strip], bus: cython.int) -> cython.void:
    """Where it goes from now on."""
    lane.assign(cython.address(strip.lane), bus, strip.fader.gain == 0.0)


def listen(strip: cython.pointer[Strip], ear: cython.int, of: cython.pointer[cython.const[Strip]]) -> cython.void:
    """What it hears from now on; `of` is a strip of the same room, or NULL."""
    strip.wish = cython.cast(Ear, ear)
    strip.wished = of


def forget(strip: cython.pointer[Strip], gone: cython.pointer[cython.const[Strip]]) -> cython.void:
    """That one is not there any more."""
    if strip.of == gone:
        strip.of = cython.NULL
    if strip.wished == gone:
        strip.wished = cython.NULL


def treat(strip: cython.pointer[Strip], sound: cython.int, factor: cython.float) -> cython.void:
    """What it is, and a voice's own gain."""
    strip.sound = sound
    strip.factor = factor
    strip.sunk = 0
    pace(strip, strip.fade)
    _gate(strip)


def pace(strip: cython.pointer[Strip], fade: cython.int) -> cython.void:
    """How many samples its fader needs from one end to the other."""
    strip.fade = fade
    ramp.pace(cython.address(strip.fader), fade, fade)


def _gate(strip: cython.pointer[Strip]) -> cython.void:
    gated: cython.bint = strip.own and strip.sound != MUSIC
    if gated == strip.gated:
        return
    strip.gated = gated
    strip.pick.gain = 1.0 if gated and strip.heard != cython.NULL else 0.0
    strip.chosen = 0
    strip.loudness = FLOOR
    strip.silent = LEAVE_TICKS


def end(strip: cython.pointer[Strip]) -> cython.void:
    """Give back what it has."""
    opus.give(cython.address(strip.coder))
