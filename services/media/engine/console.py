"""All rooms of one tick thread: what they are told, and one tick of each. Belongs to that thread alone.

Commands come in through a ring and are obeyed before the next tick; what became true goes out through another. A room
in which nobody sends and to which nobody listens is not mixed. Numbers of rooms and sources are the caller's choice.
"""

import cython
from cython.cimports.libc.stdlib import free, malloc
from cython.cimports.services.media.engine import conduct, ring, tick, webrtc
from cython.cimports.services.media.engine import pan as panning
from cython.cimports.services.media.engine import source as sources
from cython.cimports.services.media.engine import strip as strips
from cython.cimports.services.media.engine.frame import TICK
from cython.cimports.services.media.engine.news import refuse, tell
from cython.cimports.services.media.engine.quantise import quantise
from cython.cimports.services.media.engine.source import CAME, RTP, STOOD, TALK, WEBRTC, WENT, Kind

METERS = cython.declare(cython.int, 5)
"""Ticks from one meter to the next: ten a second. The programme alone wakes nobody more often either."""

REPORTS = cython.declare(cython.int, 50)
"""Ticks from one meter to the next of who sends nothing."""


def obey(console: cython.pointer[Console]) -> cython.void:
    """Do what was asked for since the last time."""
    command: cython.pointer[Command]
    while True:
        command = cython.cast(cython.pointer[Command], ring.peek(cython.address(console.commands)))
        if command == cython.NULL:
            return
        _obey(console, command)
        ring.release(cython.address(console.commands))


def find(console: cython.pointer[Console], ssrc: cython.uint) -> cython.pointer[Source]:
    """Whose packets these are; NULL when nobody's."""
    at: cython.uint = (ssrc * cython.cast(cython.uint, 2654435761)) >> 18
    number: cython.int
    while True:
        number = console.places[at & (PLACES - 1)] - 1
        if number < 0:
            return cython.NULL
        if console.sources[number].ssrc == ssrc:
            return console.sources[number]
        at += 1


def step(console: cython.pointer[Console], now: cython.longlong) -> cython.void:
    """Make one tick of every room that is awake. `now` in samples."""
    number: cython.int
    studio: cython.pointer[Studio]
    for number in range(console.highest):
        studio = console.studios[number]
        if studio != cython.NULL:
            studio.awake = _hear(console, studio, now)
            if studio.awake:
                _mix(console, studio)
            _sweep(console, studio)


def close(console: cython.pointer[Console]) -> cython.void:
    """Give back every room and source."""
    number: cython.int
    for number in range(STUDIOS):
        _close(console, number)
    for number in range(SOURCES):
        if console.sources[number] != cython.NULL:
            _remove(console, console.sources[number])


def _obey(console: cython.pointer[Console], command: cython.pointer[Command]) -> cython.void:
    source: cython.pointer[Source] = console.sources[command.source & (SOURCES - 1)]
    studio: cython.pointer[Studio] = console.studios[command.room & (STUDIOS - 1)]
    if command.order == OPEN_ROOM:
        _open(console, command)
    elif command.order == CLOSE_ROOM:
        _close(console, command.room & (STUDIOS - 1))
    elif command.order == ADD_SOURCE:
        _add(console, command)
    elif command.order == OWN_MIXES or command.order == AIR or command.order == LOUDNESS:
        _obey_room(studio, command)
    elif TERMS <= command.order <= LOSS:
        webrtc.obey(console, source, command)
    elif source != cython.NULL:
        _obey_source(console, source, command)


def _obey_room(studio: cython.pointer[Studio], command: cython.pointer[Command]) -> cython.void:
    if studio == cython.NULL:
        return
    if command.order == OWN_MIXES:
        studio.room.stage.selection.most = command.many
    elif command.order == AIR:
        studio.air = command.many
    elif command.order == LOUDNESS:
        studio.room.aim.wanted = command.many
        studio.room.aim.target = command.gain


def _obey_source(
    console: cython.pointer[Console], source: cython.pointer[Source], command: cython.pointer[Command]
) -> cython.void:
    if command.order == REMOVE_SOURCE:
        source.strip.gain = 0.0
        source.leaving = 1
    elif command.order == SEND_TO:
        source.address = command.address
        source.latched = 1
    elif command.order == STEM:
        source.tape.ring = cython.address(console.stems) if command.many else cython.NULL
        source.tape.sounds = cython.address(console.sounds) if command.many else cython.NULL
    elif command.order == TREAT:
        sources.treat(source, command.many, command.gain)
    elif command.order == DENOISE:
        source.denoiser = command.denoiser
        source.denoiser.wanted = command.many
    elif command.order == EAR:
        strips.listen(cython.address(source.strip), command.many, _one_of(console, source.room, command.room))
    else:
        _obey_strip(cython.address(source.strip), command)


def _obey_strip(strip: cython.pointer[Strip], command: cython.pointer[Command]) -> cython.void:
    if command.order == GAIN:
        strip.gain = cython.cast(cython.float, command.gain)
        strips.pace(strip, command.fade)
    elif command.order == PAN:
        panning.point(cython.address(strip.pan), command.gain)
    elif command.order == PERSON:
        strips.gate(strip, command.room, command.many or strip.listens)
    elif command.order == BUS:
        strips.assign(strip, command.many)


def _one_of(
    console: cython.pointer[Console], room: cython.int, number: cython.int
) -> cython.pointer[cython.const[Strip]]:
    """A source of that room; NULL where it is none."""
    source: cython.pointer[Source]
    if not 0 <= number < SOURCES:
        return cython.NULL
    source = console.sources[number]
    if source == cython.NULL or source.room != room:
        return cython.NULL
    return cython.address(source.strip)


def _open(console: cython.pointer[Console], command: cython.pointer[Command]) -> cython.void:
    number: cython.int = command.room & (STUDIOS - 1)
    studio: cython.pointer[Studio]
    if console.studios[number] != cython.NULL:
        return
    studio = cython.cast(cython.pointer[Studio], malloc(cython.sizeof(Studio)))
    if studio == cython.NULL:
        return
    tick.begin(cython.address(studio.room), command.many, cython.cast(cython.int, command.gain), command.channels)
    studio.number = number
    studio.air = studio.awake = 0
    console.studios[number] = studio
    console.highest = number + 1 if number >= console.highest else console.highest


def _close(console: cython.pointer[Console], number: cython.int) -> cython.void:
    """Its sources go with it."""
    studio: cython.pointer[Studio] = console.studios[number]
    if studio == cython.NULL:
        return
    while studio.room.many > 0:
        _remove(console, cython.cast(cython.pointer[Source], studio.room.strips[0]))
    tick.end(cython.address(studio.room))
    free(studio)
    console.studios[number] = cython.NULL
    tell(console, CLOSED, number, cython.NULL)


def _add(console: cython.pointer[Console], command: cython.pointer[Command]) -> cython.void:
    number: cython.int = command.source & (SOURCES - 1)
    studio: cython.pointer[Studio] = console.studios[command.room & (STUDIOS - 1)]
    source: cython.pointer[Source] = cython.NULL
    if console.sources[number] != cython.NULL:
        return
    if studio != cython.NULL:
        source = cython.cast(cython.pointer[Source], malloc(cython.sizeof(Source)))
    if source == cython.NULL:
        refuse(console, command)
        return
    sources.begin(source, number, studio.number)
    source.kind = cython.cast(Kind, command.kind)
    source.feed = command.feed
    source.ssrc = command.ssrc
    source.payload_type = command.payload_type
    source.strip.gain = cython.cast(cython.float, command.gain)
    if command.listens:
        strips.listening(cython.address(source.strip))
    source.out.ssrc = ~command.ssrc
    source.out.payload_type = command.payload_type
    if (source.kind == WEBRTC and not webrtc.begin(source)) or not tick.add(
        cython.address(studio.room), cython.address(source.strip)
    ):
        sources.end(source, cython.address(console.pool))
        free(source)
        refuse(console, command)
        return
    console.sources[number] = source
    _know(console)


def _remove(console: cython.pointer[Console], source: cython.pointer[Source]) -> cython.void:
    studio: cython.pointer[Studio] = console.studios[source.room]
    if studio != cython.NULL:
        tick.remove(cython.address(studio.room), cython.address(source.strip))
    tell(console, GONE, source.room, source)
    webrtc.route(console, source, cython.NULL)
    console.sources[source.number] = cython.NULL
    sources.end(source, cython.address(console.pool))
    free(source)
    _know(console)


def _know(console: cython.pointer[Console]) -> cython.void:
    """Write the table by SSRC anew: open addressing, of which at most a quarter is used."""
    at: cython.uint
    number: cython.int
    for number in range(PLACES):
        console.places[number] = 0
    for number in range(SOURCES):
        if console.sources[number] != cython.NULL and console.sources[number].kind == RTP:
            at = (console.sources[number].ssrc * cython.cast(cython.uint, 2654435761)) >> 18
            while console.places[at & (PLACES - 1)] != 0:
                at += 1
            console.places[at & (PLACES - 1)] = number + 1


def _hear(console: cython.pointer[Console], studio: cython.pointer[Studio], now: cython.longlong) -> cython.bint:
    """Take everybody's next frame. False when there is nobody, and nobody listens."""
    awake: cython.bint = studio.air != 0
    found: cython.int
    source: cython.pointer[Source]
    number: cython.int
    for number in range(studio.room.many):
        source = cython.cast(cython.pointer[Source], studio.room.strips[number])
        awake = awake or sources.sounds(source) or source.leaving
        found = sources.hear(source, cython.address(console.pool), now)
        if found & CAME:
            tell(console, CONNECTED, studio.number, source)
        if found & TALK:
            tell(console, TALKING if source.talk.talking else HUSHED, studio.number, source)
        if source.voice != cython.NULL:
            source.fault = conduct.tick(cython.address(source.conduct), source.voice.level)
            if source.fault:
                tell(console, MISBEHAVED, studio.number, source)
                source.fault = 0
        if found & STOOD:
            tell(console, STALLED, studio.number, source)
        if found & WENT:
            tell(console, DISCONNECTED, studio.number, source)
    return awake


def _mix(console: cython.pointer[Console], studio: cython.pointer[Studio]) -> cython.void:
    out: cython.pointer[Programme]
    side: cython.int
    tick.mix(cython.address(studio.room))
    if studio.air:
        out = cython.cast(cython.pointer[Programme], ring.claim(cython.address(console.programme)))
        if out != cython.NULL:
            out.room = studio.number
            out.tick = console.tick
            out.channels = studio.room.channels
            out.level = studio.room.level
            for side in range(out.channels):
                quantise(studio.room.out + side * TICK, out.pcm + side, out.channels)
            ring.publish(cython.address(console.programme))
    if console.tick % METERS == 0:
        console.news = 1
    if console.tick % METERS == 0 and ring.filled(cython.address(console.events)) < console.events.mask // 2:
        _meter(console, studio)


def _sweep(console: cython.pointer[Console], studio: cython.pointer[Studio]) -> cython.void:
    """Who was told to leave has faded in this tick."""
    source: cython.pointer[Source]
    number: cython.int = 0
    while number < studio.room.many:
        source = cython.cast(cython.pointer[Source], studio.room.strips[number])
        if source.leaving:
            _remove(console, source)
        else:
            number += 1


def _meter(console: cython.pointer[Console], studio: cython.pointer[Studio]) -> cython.void:
    source: cython.pointer[Source]
    number: cython.int
    tell(console, ROOM_METER, studio.number, cython.NULL)
    for number in range(studio.room.many):
        source = cython.cast(cython.pointer[Source], studio.room.strips[number])
        if source.connected or (console.tick % REPORTS == 0 and source.wire != cython.NULL):
            tell(console, METER, studio.number, source)
