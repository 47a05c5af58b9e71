"""One registered sender: whose it is, where it sends from, and what it sounds like. Pure; `now` is samples of any
steady clock.
"""

from typing import TypeAlias

from libs.events.ids import Milliseconds
from libs.events.media import SourceRegistered
from libs.events.telemetry import SourceLevel
from services.media.mixing.frame import RATE
from services.media.mixing.level import TalkDetector
from services.media.mixing.rtp import Packet
from services.media.mixing.voice import Voice

Address: TypeAlias = tuple[str, int]

TIMEOUT = 5 * RATE
"""Without a packet for so long a source is disconnected, and its place is free for another address."""

EXPIRY = 600 * RATE
"""Without a packet for so long its place is given up."""

UNTIL_EXPIRY = Milliseconds(EXPIRY * 1000 // RATE)


class Sender:
    """A place that SourceRegistered promised. Nothing is allocated for its sound before the first packet."""

    def __init__(self, registered: SourceRegistered, now: int) -> None:
        self.registered = registered
        self.talk = TalkDetector()
        self.connected = False
        self.open = False
        self.voice: Voice | None = None
        self._address: Address | None = None
        self._heard = now

    def latched(self, address: Address) -> bool:
        """True when packets from this address are this sender's: the first one to come decides."""
        return self._address is None or self._address == address

    def receive(self, packet: Packet, address: Address, now: int) -> bool:
        """Take a packet; False when it is not Opus, and then it decides nothing."""
        voice = self.voice or Voice()
        if not voice.push(packet, now):
            return False
        self.voice = voice
        self._address = address
        self._heard = now
        return True

    def lost(self, now: int) -> bool:
        """True once when a connected sender has been silent for too long; its address is forgotten."""
        if not self.connected or now - self._heard < TIMEOUT:
            return False
        self.connected = False
        self._address = None
        self.voice = None
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
