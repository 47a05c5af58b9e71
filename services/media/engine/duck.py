"""Where a fader should be: a bed goes down while somebody talks, a voice is brought to its loudness. The twin of
mixing/duck.py.
"""

import cython
from cython.cimports.services.media.engine import ramp
from cython.cimports.services.media.engine.bus import ON_AIR
from cython.cimports.services.media.engine.sound import BED, PLAIN, VOICE

from services.media.mixing import duck as oracle
from services.media.mixing import level

DOWN = cython.declare(cython.float, oracle.DOWN)
SINKS = cython.declare(cython.int, oracle.SINKS)
RISES = cython.declare(cython.int, oracle.RISES)
ENTER = cython.declare(cython.double, level.ENTER)


def talks(strip: cython.pointer[cython.const[Strip]]) -> cython.bint:
    """True while this is what beds go down under."""
    if strip.lane.bus != ON_AIR or strip.frame == cython.NULL or not strip.gain > 0.0 or not strip.level > ENTER:
        return False
    return strip.sound == PLAIN or strip.sound == VOICE


def aimed(strip: cython.pointer[Strip], talk: cython.bint) -> cython.float:
    """Where its fader should be now; it is told how fast it goes there."""
    target: cython.float = strip.gain
    if strip.sound == VOICE:
        return strip.gain * strip.factor
    if strip.sound != BED:
        return target
    if talk:
        target = strip.gain * DOWN
        strip.sunk = 1
    ramp.pace(cython.address(strip.fader), RISES if strip.sunk else strip.fade, SINKS if strip.sunk else strip.fade)
    if not talk and strip.fader.gain == target:
        strip.sunk = 0
    return target
