"""One registered sender: where it sends from, what it sounds like, what is sent back. The twin of
services/media/sender.py and of its part in session.py. `now` is samples of the tick thread's clock.
"""

import cython
from cython.cimports.libc.stdlib import free, malloc
from cython.cimports.libc.string import memset
from cython.cimports.services.media.engine import level as talking
from cython.cimports.services.media.engine import strip as desk
from cython.cimports.services.media.engine import voice as voices
from cython.cimports.services.media.engine.ramp import CLICKLESS
from cython.cimports.services.media.engine.voice import Sent

FLOOR = cython.declare(cython.double, -120.0)
TIMEOUT = cython.declare(cython.int, 240_000)
"""Samples without a packet after which a source is gone, and its place free for another address: 5 s."""


def begin(source: cython.pointer[Source], number: cython.int, room: cython.int) -> cython.void:
    """Registered; nothing is allocated for its sound before the first packet."""
    memset(source, 0, cython.sizeof(Source))
    desk.begin(cython.address(source.strip), CLICKLESS)
    source.number = number
    source.room = room


def end(source: cython.pointer[Source], pool: cython.pointer[Pool]) -> cython.void:
    """Give back what it has."""
    _forget(source, pool)
    desk.end(cython.address(source.strip))


def receive(
    source: cython.pointer[Source],
    pool: cython.pointer[Pool],
    packet: cython.pointer[Packet],
    header: cython.pointer[Header],
    now: cython.longlong,
) -> cython.int:
    """A packet that is this source's. Unless TAKEN it stays the caller's."""
    sent: Sent
    if header.payload_type != source.payload_type:
        return WRONG_PAYLOAD_TYPE
    if source.voice == cython.NULL:
        source.voice = cython.cast(cython.pointer[Voice], malloc(cython.sizeof(Voice)))
        if source.voice == cython.NULL or not voices.begin(source.voice):
            free(source.voice)
            source.voice = cython.NULL
            return NO_MEMORY
    sent.sequence = header.sequence
    sent.timestamp = header.timestamp
    sent.level = header.level
    sent.begin = header.begin
    sent.size = header.size
    if not voices.push(source.voice, pool, packet, cython.address(sent), now):
        return NOT_OPUS
    source.heard = now
    return TAKEN


def hear(source: cython.pointer[Source], pool: cython.pointer[Pool], now: cython.longlong) -> cython.int:
    """Put the next 20 ms on its strip. What became true: CAME, WENT, TALK turned; or several."""
    found: cython.int = 0
    strip: cython.pointer[Strip] = cython.address(source.strip)
    strip.frame = cython.NULL
    strip.level = FLOOR
    if source.voice != cython.NULL:
        strip.frame = voices.take(source.voice, pool)
        strip.level = source.voice.level
        if source.voice.begun and not source.connected:
            source.connected = 1
            found |= CAME
        if now - source.heard >= TIMEOUT:
            strip.frame = cython.NULL
            _forget(source, pool)
            found |= WENT if source.connected else 0
            source.connected = 0
    if strip.gain == 0.0 or source.voice == cython.NULL:
        return found | TALK if talking.hush(cython.address(source.talk)) else found
    return found | TALK if talking.update(cython.address(source.talk), strip.level) else found


def _forget(source: cython.pointer[Source], pool: cython.pointer[Pool]) -> cython.void:
    """The next one to send may be somebody else."""
    if source.voice != cython.NULL:
        voices.end(source.voice, pool)
        free(source.voice)
        source.voice = cython.NULL
    source.latched = 0
