"""One registered sender: where it sends from, what it sounds like, what is sent back. The twin of
services/media/sender.py and of its part in session.py. `now` is samples of the tick thread's clock.
"""

import cython
from cython.cimports.libc.stdlib import free, malloc
from cython.cimports.libc.string import memset
from cython.cimports.services.media.engine import agc as levelling
from cython.cimports.services.media.engine import conduct, denoise, tape
from cython.cimports.services.media.engine import feed as feeds
from cython.cimports.services.media.engine import level as talking
from cython.cimports.services.media.engine import strip as desk
from cython.cimports.services.media.engine import voice as voices
from cython.cimports.services.media.engine import wire as wires
from cython.cimports.services.media.engine.bus import ON_AIR
from cython.cimports.services.media.engine.frame import TICK
from cython.cimports.services.media.engine.peak import highest
from cython.cimports.services.media.engine.ramp import CLICKLESS
from cython.cimports.services.media.engine.sound import MUSIC, VOICE
from cython.cimports.services.media.engine.voice import Sent
from cython.cimports.services.media.engine.weight import weigh

FLOOR = cython.declare(cython.double, -120.0)
TIMEOUT = cython.declare(cython.int, 240_000)
"""Samples without a packet after which a source is gone, and its place free for another address: 5 s."""

STALL = cython.declare(cython.int, 48_000)
"""Samples without a packet after which something is wrong with a connected source: 1 s."""

LATELY = cython.declare(cython.double, 0.05)
"""Of the present tick in the power that meters show: some 400 ms count."""


def begin(source: cython.pointer[Source], number: cython.int, room: cython.int) -> cython.void:
    """Registered; nothing is allocated for its sound before the first packet."""
    memset(source, 0, cython.sizeof(Source))
    desk.begin(cython.address(source.strip), CLICKLESS)
    source.number = number
    source.room = room
    source.tape.source = number


def end(source: cython.pointer[Source], pool: cython.pointer[Pool]) -> cython.void:
    """Give back what it has."""
    _forget(source, pool)
    if source.wire != cython.NULL:
        wires.end(source.wire)
        source.wire = cython.NULL
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
        source.voice.tape = cython.address(source.tape)
    sent.sequence = header.sequence
    sent.timestamp = header.timestamp
    sent.level = header.level
    sent.begin = header.begin
    sent.size = header.size
    if not voices.push(source.voice, pool, packet, cython.address(sent), now):
        return NOT_OPUS
    source.heard = now
    source.stalled = 0
    return TAKEN


def treat(source: cython.pointer[Source], sound: cython.int, gain: cython.double) -> cython.void:
    """What it is; for a voice the gain, in decibels, that its person had when last heard."""
    levelling.begin(cython.address(source.agc), gain if sound == VOICE else 0.0)
    desk.treat(cython.address(source.strip), sound, source.agc.factor)


def sounds(source: cython.pointer[cython.const[Source]]) -> cython.bint:
    """True once something came that may be heard, until it is forgotten."""
    return source.voice != cython.NULL or (source.feed != cython.NULL and source.feed.begun)


def hear(source: cython.pointer[Source], pool: cython.pointer[Pool], now: cython.longlong) -> cython.int:
    """Put the next 20 ms on its strip. What became true: CAME, STOOD still, WENT, TALK turned; or several."""
    found: cython.int
    source.strip.frame = cython.NULL
    source.strip.level = FLOOR
    source.tape.tick = now // TICK
    found = _play(source) if source.kind == PCM else _take(source, pool, now)
    _weigh(source)
    if source.strip.gain == 0.0 or source.strip.lane.bus != ON_AIR or not sounds(source):
        return found | TALK if talking.hush(cython.address(source.talk)) else found
    return found | TALK if talking.update(cython.address(source.talk), source.strip.level) else found


def _take(source: cython.pointer[Source], pool: cython.pointer[Pool], now: cython.longlong) -> cython.int:
    """What packets say."""
    found: cython.int = 0
    if source.voice == cython.NULL:
        return 0
    source.voice.music = source.strip.sound == MUSIC
    source.strip.frame = voices.take(source.voice, pool)
    source.strip.level = source.voice.level
    if source.denoiser != cython.NULL:
        _clean(source)
    if source.voice.begun and not source.connected:
        source.connected = 1
        found |= CAME
    if source.connected and not source.stalled and now - source.heard >= STALL:
        source.stalled = 1
        found |= STOOD
    if now - source.heard >= TIMEOUT:
        source.strip.frame = cython.NULL
        _forget(source, pool)
        found |= WENT if source.connected else 0
        source.connected = 0
    return found


def _clean(source: cython.pointer[Source]) -> cython.void:
    """What is heard of it has less noise, and is a tick older while that is switched on."""
    source.strip.frame = denoise.clean(source.denoiser, source.strip.frame)
    source.strip.level = FLOOR
    if source.strip.frame != cython.NULL:
        source.strip.level = talking.dbfs(source.strip.frame)


def _play(source: cython.pointer[Source]) -> cython.int:
    """What a thread of ours brings; however long it brings nothing, its place stays its own."""
    found: cython.int = 0
    source.strip.frame = feeds.take(source.feed)
    source.strip.channels = source.feed.channels
    tape.sound(cython.address(source.tape), source.strip.frame, source.feed.channels)
    source.strip.level = source.feed.level
    if source.feed.begun and not source.connected:
        source.connected = 1
        found = CAME
    return found


def _weigh(source: cython.pointer[Source]) -> cython.void:
    """How loud it is, of two channels the first; a voice is brought to its loudness."""
    power: cython.double = 0.0
    peak: cython.float
    if source.strip.frame != cython.NULL:
        power = weigh(source.strip.frame)
        peak = highest(source.strip.frame, TICK)
        source.peak = max(source.peak, peak)
        if source.strip.sound == VOICE:
            levelling.hear(cython.address(source.agc), power)
            source.strip.factor = source.agc.factor
    source.power += (power - source.power) * LATELY


def _forget(source: cython.pointer[Source], pool: cython.pointer[Pool]) -> cython.void:
    """The next one to send may be somebody else."""
    if source.voice != cython.NULL:
        voices.end(source.voice, pool)
        free(source.voice)
        source.voice = cython.NULL
    conduct.begin(cython.address(source.conduct))
    source.latched = 0
