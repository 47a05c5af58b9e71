"""What a tick thread says of its rooms and sources: into the ring of events, or not at all when nobody reads them."""

import cython
from cython.cimports.services.media.engine import feed as feeds
from cython.cimports.services.media.engine import loudness as ears
from cython.cimports.services.media.engine import ring, truepeak, webrtc
from cython.cimports.services.media.engine import voice as voices
from cython.cimports.services.media.engine.console import GONE, METER, ROOM_METER
from cython.cimports.services.media.engine.loudness import MOMENTARY, SHORT
from cython.cimports.services.media.engine.sound import VOICE

FLOOR = cython.declare(cython.double, -120.0)


def tell(
    console: cython.pointer[Console], fact: cython.int, room: cython.int, source: cython.pointer[Source]
) -> cython.void:
    """Say what became true. `source` may be NULL."""
    event: cython.pointer[Event] = cython.cast(cython.pointer[Event], ring.claim(cython.address(console.events)))
    if event == cython.NULL:
        return
    event.fact = fact
    event.room = room
    event.tick = console.tick
    event.source = -1
    event.depth = 0
    event.level = console.studios[room].room.level if fact == ROOM_METER else FLOOR
    event.lost = event.dropped = 0
    event.traffic.known = event.meters.known = event.fault = 0
    if fact == ROOM_METER:
        _measure(event, cython.address(console.studios[room].room.aim))
    if source != cython.NULL:
        event.source = source.number
        event.level = source.strip.level
        event.fault = source.fault
        webrtc.count(source, console.tick, cython.address(event.traffic))
        if fact == METER:
            _read(event, source)
        if source.voice != cython.NULL:
            event.depth = voices.depth(source.voice)
            event.lost = source.voice.packets.tally.lost
            event.dropped = (
                source.voice.packets.tally.late
                + source.voice.packets.tally.twice
                + source.voice.packets.tally.skipped
                + source.voice.damaged
            )
        if source.feed != cython.NULL:
            event.depth = feeds.waiting(source.feed)
            event.lost = source.feed.holes
    ring.publish(cython.address(console.events))
    console.news = 1


def _measure(event: cython.pointer[Event], aim: cython.pointer[Aim]) -> cython.void:
    """A programme's."""
    event.meters.known = 1
    event.meters.momentary = ears.lufs(ears.mean(cython.address(aim.loudness), MOMENTARY))
    event.meters.lately = ears.lufs(ears.mean(cython.address(aim.loudness), SHORT))
    event.meters.integrated = ears.integrated(cython.address(aim.loudness))
    event.meters.peak = truepeak.take(cython.address(aim.peak))
    event.meters.gain = aim.gain


def _read(event: cython.pointer[Event], source: cython.pointer[Source]) -> cython.void:
    """A source's; of longer times it knows nothing."""
    event.meters.known = 1
    event.meters.momentary = ears.lufs(source.power)
    event.meters.lately = event.meters.integrated = FLOOR
    event.meters.peak = truepeak.decibels(source.peak)
    event.meters.gain = source.agc.gain if source.strip.sound == VOICE else 0.0
    source.peak = 0.0


def refuse(console: cython.pointer[Console], command: cython.pointer[Command]) -> cython.void:
    """There is no such room any more, or no memory: the source is gone before it came."""
    event: cython.pointer[Event] = cython.cast(cython.pointer[Event], ring.claim(cython.address(console.events)))
    if event == cython.NULL:
        return
    event.fact = GONE
    event.room = command.room
    event.source = command.source
    event.tick = console.tick
    event.level = FLOOR
    event.depth = 0
    event.lost = event.dropped = event.traffic.known = event.meters.known = event.fault = 0
    ring.publish(cython.address(console.events))
    console.news = 1
