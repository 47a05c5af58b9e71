"""One source, from packets to exactly one frame per tick. The twin of mixing/voice.py, which says why."""

import cython
from cython.cimports.libc.math import isfinite
from cython.cimports.libc.stdlib import free
from cython.cimports.libc.string import memcmp, memcpy, memmove, memset
from cython.cimports.services.media.engine import jitter, opus, ramp, tape
from cython.cimports.services.media.engine import pool as memory
from cython.cimports.services.media.engine.buses import clear
from cython.cimports.services.media.engine.jitter import IDLE, LOST, PACKET, Arrived, Kind
from cython.cimports.services.media.engine.level import dbfs

FLOOR = cython.declare(cython.double, -120.0)
QUIET = cython.declare(cython.double, -45.0)
HUSH = cython.declare(cython.double, -90.0)
SILENT_LEVEL = cython.declare(cython.int, 127)
DTX = cython.declare(cython.int, 3)
FULL = cython.declare(cython.int, 1_920)
CONCEALED = cython.declare(cython.int, 4_800)
FADE = cython.declare(cython.int, 2_880)
ENTRY = cython.declare(cython.int, 480)


def begin(voice: cython.pointer[Voice]) -> cython.bint:
    """Nothing heard yet. False when there is no memory for a decoder."""
    memset(voice, 0, cython.sizeof(Voice))
    jitter.begin(cython.address(voice.packets))
    ramp.begin(cython.address(voice.gain), ENTRY, FADE)
    voice.level = FLOOR
    voice.hole = CONCEALED
    voice.decoder = opus.new_decoder()
    return voice.decoder != cython.NULL


def end(voice: cython.pointer[Voice], pool: cython.pointer[Pool]) -> cython.void:
    """Give everything back."""
    jitter.end(cython.address(voice.packets), pool)
    free(voice.decoder)
    voice.decoder = cython.NULL


def depth(voice: cython.pointer[Voice]) -> cython.int:
    """Samples that wait."""
    left: cython.int = voice.filled - TICK if voice.played else voice.filled
    return jitter.depth(cython.address(voice.packets)) + (max(0, left))


def push(
    voice: cython.pointer[Voice],
    pool: cython.pointer[Pool],
    packet: cython.pointer[Packet],
    sent: cython.pointer[Sent],
    arrival: cython.longlong,
) -> cython.bint:
    """Keep a packet that came at `arrival` (samples of any steady clock). False when it is not Opus: then it is still
    the caller's.
    """
    arrived: Arrived
    arrived.span = opus.packet_samples(packet.bytes + sent.begin, sent.size)
    if arrived.span == 0:
        return False
    arrived.sequence = sent.sequence
    arrived.timestamp = sent.timestamp
    arrived.arrival = arrival
    arrived.begin = sent.begin
    arrived.size = sent.size
    arrived.silent = sent.level == SILENT_LEVEL or sent.size <= DTX
    jitter.push(cython.address(voice.packets), pool, packet, cython.address(arrived))
    return True


def take(voice: cython.pointer[Voice], pool: cython.pointer[Pool]) -> cython.pointer[cython.const[cython.float]]:
    """The next 20 ms, the voice's own memory until the next call; NULL when there is nothing to hear. Sets `level`."""
    made: cython.int
    level: cython.double
    heard: cython.pointer[cython.const[cython.float]]
    _cut(voice)
    while voice.filled < TICK:
        made = _more(voice, pool)
        if made <= 0:
            break
        voice.filled += made
    voice.level = FLOOR
    if voice.filled == 0:
        return cython.NULL
    if voice.filled < TICK:
        clear(voice.over + voice.filled, TICK - voice.filled)
    voice.played = 1
    heard = ramp.under(
        cython.address(voice.gain), voice.over, 0.0 if voice.hole > FULL or voice.hush > 0 else 1.0, voice.heard
    )
    if heard == cython.NULL:
        return cython.NULL
    level = dbfs(heard)
    if not isfinite(level):
        clear(voice.heard, TICK)
        return voice.heard
    voice.level = level
    if level < HUSH and voice.hush == 0:
        voice.nothing_size = voice.last_size
        memcpy(voice.nothing, voice.last, voice.last_size)
    return heard


def _cut(voice: cython.pointer[Voice]) -> cython.void:
    """Take away what the last call has given."""
    if not voice.played:
        return
    voice.played = 0
    voice.filled -= TICK
    if voice.filled > 0:
        memmove(voice.over, voice.over + TICK, voice.filled * cython.sizeof(cython.float))
    else:
        voice.filled = 0


def _more(voice: cython.pointer[Voice], pool: cython.pointer[Pool]) -> cython.int:
    """Add samples behind those that are there; how many, 0 when there are none."""
    pulled: Pull
    kind: Kind
    made: cython.int
    kind = jitter.pull(cython.address(voice.packets), pool, voice.level < QUIET, cython.address(pulled))
    if kind == PACKET:
        made = _played(voice, cython.address(pulled))
        if made > 0:
            tape.keep(voice.tape, cython.address(pulled), voice.filled, made)
        memory.give(pool, pulled.packet)
        if made > 0:
            voice.begun = 1
            voice.hole = 0
            return made
    if kind == IDLE:
        voice.hole = CONCEALED
    else:
        tape.miss(voice.tape, cython.address(pulled), voice.filled, voice.packets.span)
    if kind != LOST:
        pulled.payload = cython.NULL
    return _concealed(voice, cython.address(pulled)) if voice.hole < CONCEALED else 0


def _played(voice: cython.pointer[Voice], pulled: cython.pointer[Pull]) -> cython.int:
    """What a packet says; negative when it is damaged."""
    samples: cython.int
    alike: cython.bint = pulled.size == voice.nothing_size and memcmp(pulled.payload, voice.nothing, pulled.size) == 0
    if (pulled.silent or alike) and not voice.music:
        samples = opus.packet_samples(pulled.payload, pulled.size)
        voice.hush += samples
        if voice.hush > FADE:
            clear(voice.over + voice.filled, samples)
            return samples
    else:
        voice.hush = 0
    voice.last_size = pulled.size if pulled.size <= ALIKE else 0
    memcpy(voice.last, pulled.payload, voice.last_size)
    samples = opus.decode(voice.decoder, pulled.payload, pulled.size, voice.over + voice.filled)
    if samples < 0:
        voice.damaged += 1
    return samples


def _concealed(voice: cython.pointer[Voice], pulled: cython.pointer[Pull]) -> cython.int:
    span: cython.int = voice.packets.span
    made: cython.int
    voice.hole += span
    if pulled.payload != cython.NULL:
        made = opus.recover(voice.decoder, pulled.payload, pulled.size, span, voice.over + voice.filled)
        if made >= 0:
            return made
        voice.damaged += 1
    return opus.conceal(voice.decoder, span, voice.over + voice.filled)
