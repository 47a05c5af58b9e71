"""Brings a voice to one loudness. The twin of mixing/agc.py, which says how."""

import cython
from cython.cimports.libc.math import fabs
from cython.cimports.libc.math import pow as raised
from cython.cimports.libc.string import memset
from cython.cimports.services.media.engine.loudness import lufs

from services.media.mixing import agc as oracle

TARGET = cython.declare(cython.double, oracle.TARGET)
MOST = cython.declare(cython.double, oracle.MOST)
LEAST = cython.declare(cython.double, oracle.LEAST)
NOTHING = cython.declare(cython.double, oracle.NOTHING)
GATE = cython.declare(cython.double, oracle.GATE)
ABOVE_NOISE = cython.declare(cython.double, oracle.ABOVE_NOISE)
BELOW_VOICE = cython.declare(cython.double, oracle.BELOW_VOICE)
NOISE_RISES = cython.declare(cython.double, oracle.NOISE_RISES)
KNOWN = cython.declare(cython.int, oracle.KNOWN)
MEMORY = cython.declare(cython.int, oracle.MEMORY)
UP = cython.declare(cython.double, oracle.UP)
DOWN = cython.declare(cython.double, oracle.DOWN)
NEAR = cython.declare(cython.double, oracle.NEAR)


def begin(agc: cython.pointer[Agc], gain: cython.double) -> cython.void:
    """From the gain where this person was heard last, in decibels."""
    memset(agc, 0, cython.sizeof(Agc))
    agc.gain = max(LEAST, gain)
    agc.gain = min(MOST, agc.gain)
    agc.factor = cython.cast(cython.float, raised(10.0, agc.gain / 20.0))


def hear(agc: cython.pointer[Agc], power: cython.double) -> cython.void:
    """Take one tick's K-weighted mean square, before the gain."""
    loudness: cython.double = lufs(power)
    if not _talks(agc, loudness):
        return
    if agc.heard and loudness < lufs(agc.voice) - BELOW_VOICE:
        agc.missed += 1
        if agc.missed >= MEMORY:
            agc.heard = agc.missed = 0
        return
    agc.missed = 0
    agc.heard = min(MEMORY, agc.heard + 1)
    agc.voice += (power - agc.voice) / agc.heard
    if agc.heard >= KNOWN:
        _move(agc, TARGET - lufs(agc.voice))


def _talks(agc: cython.pointer[Agc], loudness: cython.double) -> cython.bint:
    noise: cython.double
    if loudness < NOTHING:
        return False
    noise = agc.noise + NOISE_RISES
    agc.noise = min(loudness, noise)
    noise = agc.noise + ABOVE_NOISE
    return loudness > GATE and loudness > noise


def _move(agc: cython.pointer[Agc], wanted: cython.double) -> cython.void:
    away: cython.double
    wanted = max(LEAST, wanted)
    wanted = min(MOST, wanted)
    away = wanted - agc.gain
    if fabs(away) <= NEAR:
        return
    away = max(-DOWN, away)
    away = min(UP, away)
    agc.gain += away
    agc.factor = cython.cast(cython.float, raised(10.0, agc.gain / 20.0))
