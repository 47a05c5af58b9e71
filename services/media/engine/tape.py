"""What a source's jitter buffer gave to the tick, for who records it: each packet where it was played, and each that
was missing where it was missed. A ring without room drops and counts; the tick does not wait.
"""

import cython
from cython.cimports.libc.string import memcpy
from cython.cimports.services.media.engine import ring as rings
from cython.cimports.services.media.engine.frame import DATAGRAM

from services.media.engine.told import Played


def begin(ring: cython.pointer[rings.Ring]) -> cython.bint:
    """Room for 1.6 s of fifty sources. False when there is no memory."""
    return rings.begin(ring, cython.sizeof(Cut), 4096)


def keep(
    tape: cython.pointer[Tape], pulled: cython.pointer[cython.const[Pull]], begin: cython.int, span: cython.int
) -> cython.void:
    """A packet plays `span` samples, from `begin` samples behind the beginning of this tick on."""
    cut: cython.pointer[Cut]
    if tape == cython.NULL or tape.ring == cython.NULL:
        return
    tape.following = pulled.timestamp
    cut = cython.cast(cython.pointer[Cut], rings.claim(tape.ring))
    if cut != cython.NULL:
        _cut(tape, cut, begin, span)
        cut.sequence = pulled.sequence
        cut.size = min(pulled.size, DATAGRAM)
        memcpy(cut.bytes, pulled.payload, cut.size)
        rings.publish(tape.ring)
    tape.following += span


def miss(
    tape: cython.pointer[Tape], pulled: cython.pointer[cython.const[Pull]], begin: cython.int, span: cython.int
) -> cython.void:
    """So many samples of a packet are missing there. Its timestamp is where the one before it ended."""
    cut: cython.pointer[Cut]
    if tape == cython.NULL or tape.ring == cython.NULL:
        return
    cut = cython.cast(cython.pointer[Cut], rings.claim(tape.ring))
    if cut != cython.NULL:
        _cut(tape, cut, begin, span)
        cut.sequence = pulled.sequence
        cut.size = 0
        rings.publish(tape.ring)
    tape.following += span


def read(ring: cython.pointer[rings.Ring]) -> list:
    """All that lies there, oldest first. One thread reads."""
    cut: cython.pointer[Cut]
    found = []
    while True:
        cut = cython.cast(cython.pointer[Cut], rings.peek(ring))
        if cut == cython.NULL:
            return found
        payload = cython.cast(cython.p_char, cut.bytes)[: cut.size]
        found.append(Played(cut.source, cut.tick, cut.sequence, cut.timestamp, payload, cut.begin, cut.span))
        rings.release(ring)


def _cut(tape: cython.pointer[Tape], cut: cython.pointer[Cut], begin: cython.int, span: cython.int) -> cython.void:
    cut.source = tape.source
    cut.tick = tape.tick
    cut.timestamp = tape.following
    cut.begin = begin
    cut.span = span
