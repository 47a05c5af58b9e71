"""One source, from packets to exactly one frame per tick.

A hole is concealed by libopus, at full level for 40 ms, then under a gain that is zero after 100 ms: a voice that
stops fades, it does not drone. What comes back after that enters in a 10 ms ramp.
"""

import math

import numpy as np

from .frame import SILENCE, TICK, Float
from .jitter import JitterBuffer, Kind, Pull, Tally
from .level import FLOOR, dbfs
from .opus import LONGEST, Decoder, OpusRefused, packet_samples
from .ramp import CLICKLESS, Ramp
from .rtp import Packet

QUIET = -45.0
"""dBFS below which a packet may be left out without being missed."""

FULL = 2 * TICK
CONCEALED = 5 * TICK
FADE = CONCEALED - FULL


class Voice:
    """A jitter buffer, a decoder, and the samples that packets longer than a tick leave over."""

    def __init__(self) -> None:
        self.level = FLOOR
        self.damaged = 0
        self._packets = JitterBuffer()
        self._decoder = Decoder()
        self._over: Float = np.zeros(LONGEST + TICK, np.float32)
        self._filled = 0
        self._hole = CONCEALED
        self._gain = Ramp(CLICKLESS, FADE)

    @property
    def tally(self) -> Tally:
        """What happened to its packets."""
        return self._packets.tally

    @property
    def depth(self) -> int:
        """Samples that wait."""
        return self._packets.depth + self._filled

    def push(self, packet: Packet, arrival: int) -> bool:
        """Keep a packet that came at `arrival` (samples of any steady clock); False when it is not Opus."""
        span = packet_samples(packet.payload)
        if span == 0:
            return False
        self._packets.push(packet.sequence, packet.timestamp, packet.payload, arrival, span)
        return True

    def take(self) -> Float | None:
        """The next 20 ms; None when there is nothing to hear. Sets `level`."""
        while self._filled < TICK:
            samples = self._more()
            if samples is None:
                break
            self._over[self._filled : self._filled + len(samples)] = samples
            self._filled += len(samples)
        self.level = FLOOR
        if self._filled == 0:
            return None
        heard = self._gain.apply(self._cut(), 0.0 if self._hole > FULL else 1.0)
        if heard is not None:
            self.level = dbfs(heard)
        return heard if math.isfinite(self.level) else SILENCE

    def _cut(self) -> Float:
        frame = self._over[:TICK].copy()
        frame[self._filled :] = 0.0
        rest = max(0, self._filled - TICK)
        self._over[:rest] = self._over[TICK : TICK + rest].copy()
        self._filled = rest
        return frame

    def _more(self) -> Float | None:
        pulled = self._packets.pull(quiet=self.level < QUIET)
        if pulled.kind is Kind.PACKET and pulled.payload is not None:
            try:
                samples = self._decoder.decode(pulled.payload)
            except OpusRefused:
                self.damaged += 1
            else:
                self._hole = 0
                return samples
        if pulled.kind is Kind.IDLE:
            self._hole = CONCEALED
        return self._concealed(pulled) if self._hole < CONCEALED else None

    def _concealed(self, pulled: Pull) -> Float:
        span = self._packets.span
        self._hole += span
        if pulled.kind is Kind.LOST and pulled.payload is not None:
            try:
                return self._decoder.recover(pulled.payload, span)
            except OpusRefused:
                self.damaged += 1
        return self._decoder.conceal(span)
