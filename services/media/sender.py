"""One registered sender: whose it is, where it sends from, and what it sounds like. Pure; `now` is samples of any
steady clock.
"""

from typing import Protocol, TypeAlias

from libs.events.ids import Milliseconds
from libs.events.media import SourceRegistered
from libs.events.telemetry import SourceLevel
from services.media.feed import Feed
from services.media.mixing.frame import RATE, Float
from services.media.mixing.jitter import Tally
from services.media.mixing.level import TalkDetector
from services.media.mixing.rtp import Packet
from services.media.mixing.voice import Voice
from services.media.track import Track

Address: TypeAlias = tuple[str, int]

TIMEOUT = 5 * RATE
"""Without a packet for so long a source is disconnected, and its place is free for another address."""

EXPIRY = 600 * RATE
"""Without a packet for so long its place is given up."""

UNTIL_EXPIRY = Milliseconds(EXPIRY * 1000 // RATE)


class Sound(Protocol):
    """What a sender sounds like, however it comes: packets (mixing/voice.py) or a stream (feed.py)."""

    level: float
    damaged: int
    begun: bool

    @property
    def tally(self) -> Tally:
        """What happened to what came."""

    @property
    def depth(self) -> int:
        """Samples that wait."""

    def take(self) -> Float | None:
        """The next 20 ms; None when there is nothing to hear. Sets `level`."""


class Sender:
    """A place that SourceRegistered promised. Nothing is allocated for its sound before the first packet."""

    def __init__(self, registered: SourceRegistered, now: int) -> None:
        self.registered = registered
        self.talk = TalkDetector()
        self.connected = False
        self.open = False
        self.voice: Sound | None = None
        self._feed: Feed | None = None
        self._track: Track | None = None
        self._address: Address | None = None
        self._heard = now

    def latched(self, address: Address) -> bool:
        """True when packets from this address are this sender's: the first one to come decides."""
        return self._address is None or self._address == address

    def receive(self, packet: Packet, address: Address, now: int) -> bool:
        """Take a packet; False when it is not Opus, and then it decides nothing."""
        voice = self.voice if isinstance(self.voice, Voice) else Voice()
        if not voice.push(packet, now):
            return False
        self.voice = voice
        self._address = address
        self._heard = now
        return True

    def attach(self, feed: Feed, now: int) -> None:
        """From now on its sound is this stream."""
        self.close()
        self.voice = self._feed = feed
        self._heard = now

    def has(self, feed: Feed) -> bool:
        """True while its sound is this stream."""
        return self._feed is feed

    @property
    def over(self) -> bool:
        """True when its stream came to an end and was heard to it."""
        return self._feed is not None and self._feed.over

    def take(self, now: int) -> Float | None:
        """The next 20 ms; None when there is nothing to hear."""
        frame = None if self.voice is None else self.voice.take()
        if self._feed is not None and frame is not None:
            self._heard = now
            self._track = self._feed.began() or self._track
        return frame

    def track(self) -> Track | None:
        """What its stream plays now; None when that was said."""
        track, self._track = self._track, None
        return track

    def close(self) -> None:
        """Nobody listens to its stream any more."""
        if self._feed is not None:
            self._feed.close()

    def lost(self, now: int) -> bool:
        """True once when a connected sender has been silent for too long; its address is forgotten."""
        if not self.connected or now - self._heard < TIMEOUT:
            return False
        self.connected = False
        self.close()
        self._address = self.voice = self._feed = None
        return True

    def expired(self, now: int) -> bool:
        """True when the place is given up."""
        return now - self._heard >= EXPIRY

    def meter(self) -> SourceLevel:
        """What the desk shows."""
        one, voice = self.registered, self.voice
        if voice is None:
            return SourceLevel(
                source=one.source, person=one.person, level=-120.0, lost=0, dropped=0, depth=Milliseconds(0)
            )
        tally = voice.tally
        return SourceLevel(
            source=one.source,
            person=one.person,
            level=round(voice.level, 1),
            lost=tally.lost,
            dropped=tally.late + tally.twice + tally.skipped + voice.damaged,
            depth=Milliseconds(voice.depth * 1000 // RATE),
        )
