"""One registered sender: whose it is, and its channel on the desk. Pure; `now` is samples of the desk's clock."""

from typing import NamedTuple

from libs.events.ids import Milliseconds
from libs.events.media import SourceRegistered, Transport
from libs.events.telemetry import SourceLevel
from services.media.channel import Channel
from services.media.deck import Booth
from services.media.desk_feed import DeskFeed
from services.media.engine.told import Fact, Told
from services.media.mixing.bus import Bus
from services.media.mixing.frame import RATE, TICK
from services.media.mixing.sound import Sound
from services.media.track import Track

STALL = 50
TIMEOUT = 250
"""Ticks without sound after which something is wrong, and after which a source is disconnected: its place is free for
another address. The desk says so of packets; of streams we do.
"""

EXPIRY = 600 * RATE
"""Without sound for so long its place is given up."""

UNTIL_EXPIRY = Milliseconds(EXPIRY * 1000 // RATE)

SILENT = -120.0


class Heard(NamedTuple):
    """What became true of its sound. MISBEHAVED has a `fault`."""

    fact: Fact
    tick: int
    fault: str | None = None


class Sender:
    """A place that SourceRegistered promised. `heard` is what became true of its sound."""

    def __init__(self, registered: SourceRegistered, booth: Booth) -> None:
        self.registered = registered
        self.heard: list[Heard] = []
        self.connected = False
        self.talking = False
        self.open = False
        self.bus = Bus.AIR
        self.channel: Channel | None = None
        self._booth = booth
        self._feed: DeskFeed | None = None
        self._track: Track | None = None
        self._since = booth.tick
        self._stalled = False
        if registered.transport is Transport.RTP:
            self.channel = self._voice(booth.rtp(registered.ssrc, self._told, listens=registered.listens))

    def mix(self, bus: Bus, *, opened: bool, person: int, listens: bool, place: float) -> None:
        """Where it goes, whether its fader is up, and its place in a stereo room; whose it is, and whether that one
        listens. What is not on the programme is not recorded. Whose fader goes down does so where they were: none of
        what they said aside comes on the programme.
        """
        self.bus = bus
        self.open = opened and bus is Bus.AIR
        if self.channel is not None:
            if not self.open:
                self.channel.tape(self.registered, wanted=False)
            if opened or bus is not Bus.AIR:
                self.channel.bus(bus)
            self.channel.fade(1.0 if opened else 0.0)
            self.channel.pan(place)
            self.channel.belongs(person, listens=listens)
            self.channel.tape(self.registered, wanted=self.open)

    def attach(self, feed: DeskFeed) -> None:
        """From now on its sound is this stream."""
        self.unplug()
        self.channel = self._voice(self._booth.pcm(self._told))
        self._feed = feed
        self._since = self._booth.tick
        feed.plug(*self.channel.place)

    def call(self, payload_type: int) -> Channel:
        """From now on its sound comes by this call, whose keys and routes follow."""
        self.unplug()
        self.channel = self._voice(self._booth.webrtc(0, payload_type, self._told, listens=False))
        self._since = self._booth.tick
        return self.channel

    def has(self, feed: DeskFeed) -> bool:
        """True while its sound is this stream."""
        return self._feed is feed

    def turn(self) -> None:
        """Time passes for its stream. How loud its voice had to be made is noted for the next time."""
        channel = self.channel
        if channel is not None and channel.sound is Sound.VOICE and channel.meter is not None and channel.meter.meters:
            self._booth.callers.note(self.registered.person, channel.meter.meters.gain)
        if self._feed is not None and self.channel is not None:
            self._feed.tend()
            self._track = self._feed.began() or self._track
            self._watch(self.channel.waiting >= 2 * TICK, self._booth.tick)

    def track(self) -> Track | None:
        """What its stream plays now; None when that was said."""
        track, self._track = self._track, None
        return track

    @property
    def over(self) -> bool:
        """True when its stream came to an end and was heard to it."""
        return self._feed is not None and self._feed.over

    def lost(self, tick: int) -> None:
        """It was connected, and nothing came for too long; it may come back, from elsewhere."""
        self.connected = False
        self._since = tick - TIMEOUT
        if self._feed is not None:
            self.unplug()

    @property
    def expired(self) -> bool:
        """True when the place is given up."""
        return not self.connected and (self._booth.tick - self._since) * TICK >= EXPIRY

    def unplug(self) -> None:
        """Nobody listens to it any more; what sounds fades out."""
        if self._feed is not None:
            self._feed.close()
        if self.channel is not None:
            self.channel.remove()
        self.channel = self._feed = None

    def meter(self) -> SourceLevel:
        """What a page shows."""
        one, meter = self.registered, None if self.channel is None else self.channel.meter
        depth, damaged = (0, 0) if self._feed is None else (self._feed.depth, self._feed.damaged)
        measured = None if meter is None else meter.meters
        return SourceLevel(
            source=one.source,
            person=one.person,
            level=SILENT if meter is None else round(meter.level, 1),
            lost=0 if meter is None else meter.lost,
            dropped=damaged if meter is None else meter.dropped + damaged,
            bus=self.bus.name.lower(),
            depth=Milliseconds((depth or (0 if meter is None else meter.depth)) * 1000 // RATE),
            loudness=SILENT if measured is None else round(measured.momentary, 1),
            peak=SILENT if measured is None else round(measured.peak, 1),
            gain=0.0 if measured is None else round(measured.gain, 1),
        )

    def _voice(self, channel: Channel) -> Channel:
        """Whoever talks is brought to one loudness, from where they were when last heard; who asked for it, without
        their noise.
        """
        if self.registered.noise_suppression:
            channel.denoise()
        channel.treat(Sound.VOICE, self._booth.callers.gain(self.registered.person))
        return channel

    def _watch(self, sounds: bool, tick: int) -> None:  # noqa: FBT001  # one caller, above
        """As the desk does for packets."""
        if sounds:
            self._since, self._stalled = tick, False
        elif self.connected and tick - self._since >= TIMEOUT:
            self.heard.append(Heard(Fact.DISCONNECTED, tick))
        elif self.connected and tick - self._since >= STALL and not self._stalled:
            self._stalled = True
            self.heard.append(Heard(Fact.STALLED, tick))

    def _told(self, told: Told) -> None:
        self.heard.append(Heard(told.fact, told.tick, told.fault))
