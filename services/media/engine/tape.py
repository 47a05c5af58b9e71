"""What a source's jitter buffer gave to the tick, for who records it: each packet where it was played, and each that
was missing where it was missed. A ring without room drops and counts; the tick does not wait.
"""

import cython
from cython.cimports.libc.string import memcpy
from cython.cimports.services.media.engine import ring as rings
from cython.cimports.services.media.engine.frame import DATAGRAM, TICK
from cython.cimports.services.media.engine.quantise import quantise

from services.media.engine.told import Played, Sounded


def begin(ring: cython.pointer[rings.Ring], sounds: cython.pointer[rings.Ring]) -> cython.bint:
    """Room for 1.6 s of fifty sources that send packets, and of ten that come as samples. False when there is no
    memory.
    """
    return rings.begin(ring, cython.sizeof(Cut), 4096) and rings.begin(sounds, cython.sizeof(Sound), 1024)


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


def sound(
    tape: cython.pointer[Tape], frame: cython.pointer[cython.const[cython.float]], channels: cython.int
) -> cython.void:
    """20 ms of what comes as samples, one channel behind the other; NULL: nothing was there."""
    heard: cython.pointer[Sound]
    side: cython.int
    if tape.sounds == cython.NULL or frame == cython.NULL:
        return
    heard = cython.cast(cython.pointer[Sound], rings.claim(tape.sounds))
    if heard == cython.NULL:
        return
    heard.source = tape.source
    heard.tick = tape.tick
    heard.channels = channels
    for side in range(channels):
        quantise(frame + side * TICK, heard.pcm + side, channels)
    rings.publish(tape.sounds)


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


def hear(sounds: cython.pointer[rings.Ring]) -> list:
    """The same of sources that come as samples."""
    heard: cython.pointer[Sound]
    found = []
    while True:
        heard = cython.cast(cython.pointer[Sound], rings.peek(sounds))
        if heard == cython.NULL:
            return found
        pcm = cython.cast(cython.p_char, heard.pcm)[: 2 * TICK * heard.channels]
        found.append(Sounded(heard.source, heard.tick, heard.channels, pcm))
        rings.release(sounds)


def _cut(tape: cython.pointer[Tape], cut: cython.pointer[Cut], begin: cython.int, span: cython.int) -> cython.void:
    cut.source = tape.source
    cut.tick = tape.tick
    cut.timestamp = tape.following
    cut.begin = begin
    cut.span = span
