"""One tick thread from Python: rooms and sources in, facts, meters, the programme and other people's datagrams out.

No method blocks but `stop`. What is asked for is done before the next tick; what became true lies in `read`, and the
descriptor `bell` is readable when something new lies there (asyncio: `loop.add_reader(desk.bell, …)`, then `read`).
Rooms and sources are numbers below ROOMS and PLACES, given out by the caller, who takes one again only after CLOSED or
GONE told that it is free.
"""

import os
from contextlib import suppress

import cython
from cython.cimports.libc.string import memcpy
from cython.cimports.services.media.engine import console as rooms
from cython.cimports.services.media.engine import denoise as denoisers
from cython.cimports.services.media.engine import feed as feeds
from cython.cimports.services.media.engine import ring, tape
from cython.cimports.services.media.engine.console import (
    ADD_SOURCE,
    AIR,
    BUS,
    CLOSE_ROOM,
    DENOISE,
    EAR,
    GAIN,
    GONE,
    LOUDNESS,
    OPEN_ROOM,
    OWN_MIXES,
    PAN,
    PERSON,
    REMOVE_SOURCE,
    SEND_TO,
    SOURCES,
    STEM,
    STUDIOS,
    TREAT,
    Command,
    Datagram,
    Event,
    Programme,
)
from cython.cimports.services.media.engine.feed import Feed
from cython.cimports.services.media.engine.frame import DATAGRAM, TICK
from cython.cimports.services.media.engine.ramp import CLICKLESS
from cython.cimports.services.media.engine.secured import Secured, socket_address_of
from cython.cimports.services.media.engine.source import PCM, RTP

from services.media.engine.told import Fact, Full, Meters, Played, Sounded, Told, Traffic, host_and_port
from services.media.engine.witness import FAULTS

ROOMS = STUDIOS
PLACES = SOURCES


@cython.cclass
class Desk(Secured):
    """Desk(socket, networks): the socket is bound, and stays the caller's; who may send at first sight."""

    def open(self, room: int, own_mixes: int = 3, bitrate: int = 64_000, stereo: bool = False) -> None:  # noqa: FBT001, FBT002  # as `air`
        """Have a room, its programme mono or stereo. `bitrate` is that of what its stage hears, always mono."""
        command: cython.pointer[Command] = self._claim()
        command.order = OPEN_ROOM
        command.room = room
        command.many = own_mixes
        command.gain = bitrate
        command.channels = 2 if stereo else 1
        ring.publish(cython.address(self._console.commands))

    def close(self, room: int) -> None:
        """Have it no more."""
        self._order(CLOSE_ROOM, room, 0, 0, 0.0)

    def air(self, room: int, wanted: bool) -> None:  # noqa: FBT001  # Cython's methods take it by position
        """Whether its programme is wanted, in `programme`."""
        self._order(AIR, room, 0, wanted, 0.0)

    def own_mixes(self, room: int, most: int) -> None:
        """So many get a mix of their own."""
        self._order(OWN_MIXES, room, 0, most, 0.0)

    def add(  # noqa: PLR0913, PLR0917  # each is a fact about a source
        self,
        room: int,
        source: int,
        ssrc: int = 0,
        payload_type: int = 0,
        listens: bool = False,  # noqa: FBT001, FBT002  # as `air`
        kind: int = RTP,
    ) -> None:
        """Expect a source, its fader at 0. `listens`: it gets back what its person hears. `kind` as in kind.py; for PCM
        `play` may follow at once, and `ssrc` and `payload_type` mean nothing; for WEBRTC `ssrc` is what we send with,
        and `secure` and `routes` follow.
        """
        command: cython.pointer[Command] = self._claim()
        command.order = ADD_SOURCE
        command.kind = kind
        command.feed = self._feed(source & (SOURCES - 1)) if kind == PCM else cython.NULL
        command.room = room
        command.source = source
        command.ssrc = ssrc
        command.payload_type = payload_type
        command.listens = listens
        ring.publish(cython.address(self._console.commands))

    def loudness(self, room: int, target: float | None) -> None:
        """What the programme should be brought to, in LUFS; None leaves it as it is. What the stage hears stays so."""
        self._order(LOUDNESS, room, 0, target is not None, target or 0.0)

    def treat(self, source: int, sound: int, gain: float = 0.0) -> None:
        """What it is (Sound of mixing/sound.py; PLAIN until told). `gain`: for a voice the decibels that its person had
        when last heard, as its meters say, so that nobody has to be learnt twice.
        """
        self._order(TREAT, 0, source, sound, gain)

    def denoise(self, source: int, wanted: bool) -> None:  # noqa: FBT001  # as `air`
        """Whether steady noise is taken out of what it sends; off until told. Its sound comes a tick later then: 20 ms.
        What is recorded of it stays as it came. Nothing happens to a PCM source.
        """
        number: cython.int = source & (SOURCES - 1)
        command: cython.pointer[Command] = self._claim()
        if self._console.denoisers[number] == cython.NULL:
            self._console.denoisers[number] = denoisers.new()
        if self._console.denoisers[number] == cython.NULL:
            raise MemoryError
        command.order = DENOISE
        command.source = source
        command.many = wanted
        command.denoiser = self._console.denoisers[number]
        ring.publish(cython.address(self._console.commands))

    def belongs(self, source: int, person: int, listens: bool) -> None:  # noqa: FBT001  # as `air`
        """Whose it is (0: nobody's). What a person hears has none of their sources in it; `listens`: by any of them."""
        self._order(PERSON, person, source, listens, 0.0)

    def bus(self, source: int, bus: int) -> None:
        """Where it goes behind its fader (Bus of mixing/bus.py; AIR until told): over there within 10 ms, and at once
        while its fader is down.
        """
        self._order(BUS, 0, source, bus, 0.0)

    def ear(self, source: int, ear: int, of: int = -1) -> None:
        """What one that listens hears (Ear of mixing/bus.py; AIR until told), `of` which source when that is SOLO: the
        old fades, and the new comes with the next tick. Of a source that goes, or is in another room, nothing is heard.
        """
        self._order(EAR, of, source, ear, 0.0)

    def remove(self, source: int) -> None:
        """Fade it out, then let it go."""
        self._order(REMOVE_SOURCE, 0, source, 0, 0.0)

    def gain(self, source: int, gain: float, fade: int = CLICKLESS) -> None:
        """Move its fader: 0 is muted, 1 is as it comes. `fade`: samples that the whole way takes, 10 ms unless told."""
        command: cython.pointer[Command] = self._claim()
        command.order = GAIN
        command.source = source
        command.gain = gain
        command.fade = max(1, fade)
        ring.publish(cython.address(self._console.commands))

    def pan(self, source: int, place: float) -> None:
        """Where in a stereo room a source of one channel is heard: -1 is left, 0 the middle, 1 right. Within 10 ms."""
        self._order(PAN, 0, source, 0, place)

    def play(self, source: int, sound: bytes, channels: int) -> int:
        """Put 48 kHz float32, interleaved, behind what a PCM source has; how many samples of each channel were taken,
        fewer than there are when 2.7 s lie there. It is heard once two ticks lie there. b"" says that this was all:
        what is left is heard to its end, and that it ends is no hole. One thread at a time for a source.
        """
        feed: cython.pointer[Feed] = self._console.feeds[source & (SOURCES - 1)]
        if not 1 <= channels <= 2 or len(sound) % (4 * channels):
            raise ValueError(f"{len(sound)} bytes of {channels} channels")
        if feed == cython.NULL:
            return 0
        samples: cython.pointer[cython.const[cython.float]] = cython.cast(
            cython.pointer[cython.const[cython.float]], cython.cast(cython.p_char, sound)
        )
        return feeds.play(feed, samples, len(sound) // (4 * channels), channels)

    def waiting(self, source: int) -> int:
        """Samples that a PCM source has before it runs dry. Any thread."""
        feed: cython.pointer[Feed] = self._console.feeds[source & (SOURCES - 1)]
        return 0 if feed == cython.NULL else feeds.waiting(feed)

    def send_to(self, source: int, host: str, port: int) -> None:
        """Where it sends from and listens, known beforehand."""
        command: cython.pointer[Command] = self._claim()
        command.order = SEND_TO
        command.source = source
        socket_address_of(cython.address(command.address), host, port)
        ring.publish(cython.address(self._console.commands))

    def reply(self, data: bytes, host: str, port: int) -> None:
        """Send a datagram with the next tick."""
        one: cython.pointer[Datagram] = cython.cast(
            cython.pointer[Datagram], ring.claim(cython.address(self._console.replies))
        )
        if one == cython.NULL or len(data) > DATAGRAM:
            raise Full(f"{len(data)} bytes can't be sent now")
        socket_address_of(cython.address(one.address), host, port)
        one.size = len(data)
        memcpy(one.bytes, cython.cast(cython.p_char, data), len(data))
        ring.publish(cython.address(self._console.replies))

    def read(self) -> list[Told]:
        """What became true since the last time; makes `bell` quiet."""
        event: cython.pointer[Event]
        told = []
        with suppress(BlockingIOError):
            os.eventfd_read(self._console.bell)
        while True:
            event = cython.cast(cython.pointer[Event], ring.peek(cython.address(self._console.events)))
            if event == cython.NULL:
                return told
            about = (event.room, event.source, event.tick, event.level, event.depth, event.lost, event.dropped)
            told.append(Told(Fact(event.fact), *about, _traffic(event), FAULTS[event.fault], _meters(event)))
            if event.fact == GONE:
                feeds.drop(self._console.feeds[event.source & (SOURCES - 1)])
                self._console.feeds[event.source & (SOURCES - 1)] = cython.NULL
                denoisers.drop(self._console.denoisers[event.source & (SOURCES - 1)])
                self._console.denoisers[event.source & (SOURCES - 1)] = cython.NULL
            ring.release(cython.address(self._console.events))

    def programme(self) -> list[tuple[int, int, int, float, bytes]]:
        """(room, tick, channels, dBFS, 960 samples of int16, interleaved) of rooms that are on air."""
        made: cython.pointer[Programme]
        found = []
        while True:
            made = cython.cast(cython.pointer[Programme], ring.peek(cython.address(self._console.programme)))
            if made == cython.NULL:
                return found
            pcm = cython.cast(cython.p_char, made.pcm)[: TICK * 2 * made.channels]
            found.append((made.room, made.tick, made.channels, made.level, pcm))
            ring.release(cython.address(self._console.programme))

    def stem(self, source: int, wanted: bool) -> None:  # noqa: FBT001  # as `air`
        """Whether what is received from it is wanted, in `stems`."""
        self._order(STEM, 0, source, wanted, 0.0)

    def stems(self) -> list[Played]:
        """Packets of wanted sources where they were played, and what was missing; 4096 at most. Any one thread."""
        return tape.read(cython.address(self._console.stems))

    def sounds(self) -> list[Sounded]:
        """The same of wanted sources that come as samples; 1024 ticks at most."""
        return tape.hear(cython.address(self._console.sounds))

    def outside(self) -> list[tuple[bytes, tuple[str, int]]]:
        """(datagram, (host, port)) of what is no media: STUN, DTLS, RTCP."""
        one: cython.pointer[Datagram]
        found = []
        while True:
            one = cython.cast(cython.pointer[Datagram], ring.peek(cython.address(self._console.outside)))
            if one == cython.NULL:
                return found
            data = cython.cast(cython.p_char, one.bytes)[: one.size]
            address = cython.cast(cython.p_char, one.address.bytes)[: one.address.size]
            found.append((data, host_and_port(address)))
            ring.release(cython.address(self._console.outside))

    @cython.cfunc
    def _feed(self, number: cython.int) -> cython.pointer[Feed]:
        if self._console.feeds[number] != cython.NULL:
            raise ValueError(f"source {number} is not GONE yet")
        self._console.feeds[number] = feeds.new()
        if self._console.feeds[number] == cython.NULL:
            raise MemoryError
        return self._console.feeds[number]

    @cython.cfunc
    def _order(self, order: cython.int, room: cython.int, source: cython.int, many: cython.int, gain: cython.double):
        command: cython.pointer[Command] = self._claim()
        command.order = order
        command.room = room
        command.source = source
        command.many = many
        command.gain = gain
        ring.publish(cython.address(self._console.commands))


@cython.cfunc
def _meters(event: cython.pointer[Event]):
    read: cython.pointer[rooms.Meters] = cython.address(event.meters)
    if not read.known:
        return None
    return Meters(read.momentary, read.lately, read.integrated, read.peak, read.gain)


@cython.cfunc
def _traffic(event: cython.pointer[Event]):
    if not event.traffic.known:
        return None
    came: cython.pointer[rooms.Traffic] = cython.address(event.traffic)
    about = (came.ssrc, came.highest, came.expected, came.received, came.jitter)
    return Traffic(*about, came.packets, came.octets, came.timestamp)
