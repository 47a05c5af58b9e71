"""The way of one source behind its fader: to the programme, or past it. The twin of mixing/lane.py."""

import cython
from cython.cimports.services.media.engine import ramp
from cython.cimports.services.media.engine.bus import IN_TALKBACK, ON_AIR, Bus
from cython.cimports.services.media.engine.ramp import CLICKLESS


def begin(lane: cython.pointer[Lane]) -> cython.void:
    """On the programme."""
    lane.bus = ON_AIR
    ramp.begin(cython.address(lane.air), CLICKLESS, CLICKLESS)
    ramp.begin(cython.address(lane.aside), CLICKLESS, CLICKLESS)
    ramp.begin(cython.address(lane.told), CLICKLESS, CLICKLESS)
    lane.air.gain = 1.0


def assign(lane: cython.pointer[Lane], bus: cython.int, silent: cython.bint) -> cython.void:
    """Go there with the next frame; `silent`: its fader is down, so that nothing changes over."""
    if bus != lane.bus and silent:
        lane.bus = cython.cast(Bus, bus)
        lane.air.gain = on_air(lane)
        lane.aside.gain = off_air(lane)
        lane.told.gain = in_talkback(lane)
    lane.bus = cython.cast(Bus, bus)


def plain(lane: cython.pointer[cython.const[Lane]]) -> cython.bint:
    """True while it goes to the programme and nowhere else."""
    return lane.bus == ON_AIR and lane.air.gain == 1.0


def move(lane: cython.pointer[Lane]) -> cython.void:
    """What a frame would do to it."""
    ramp.move(cython.address(lane.air), on_air(lane))
    ramp.move(cython.address(lane.aside), off_air(lane))
    ramp.move(cython.address(lane.told), in_talkback(lane))


def aside(
    lane: cython.pointer[Lane], heard: cython.pointer[cython.const[cython.float]]
) -> cython.pointer[cython.const[cython.float]]:
    """What the green room hears of this; NULL: nothing."""
    return ramp.under(cython.address(lane.aside), heard, off_air(lane), lane.beside)


def told(
    lane: cython.pointer[Lane], heard: cython.pointer[cython.const[cython.float]]
) -> cython.pointer[cython.const[cython.float]]:
    """What the stage is told of this; NULL: nothing."""
    return ramp.under(cython.address(lane.told), heard, in_talkback(lane), lane.said)


def on_air(lane: cython.pointer[cython.const[Lane]]) -> cython.float:
    """How much of it should be on the programme."""
    return 1.0 if lane.bus == ON_AIR else 0.0


def off_air(lane: cython.pointer[cython.const[Lane]]) -> cython.float:
    """How much of it the green room should hear."""
    return 0.0 if lane.bus == ON_AIR else 1.0


def in_talkback(lane: cython.pointer[cython.const[Lane]]) -> cython.float:
    """How much of it the stage should be told."""
    return 1.0 if lane.bus == IN_TALKBACK else 0.0
