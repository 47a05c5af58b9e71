"""One source, from packets to exactly one frame per tick.

A hole is concealed by libopus, at full level for 40 ms, then under a gain that is zero after 100 ms: a voice that
stops fades, it does not drone. What comes back after that enters in a 10 ms ramp.

A packet that says nothing costs no decode: its sender gives it the audio level 127 (RFC 6464), or it is DTX of at most
three bytes, or it has the very bytes that were digital silence before. The first ones are still decoded, for 60 ms in
which the voice fades, so that what rings out is not cut.
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

HUSH = -90.0
"""dBFS of a frame whose packet, when it comes again, says nothing."""

SILENT_LEVEL = 127
DTX = 3
ALIKE = 160
"""Bytes of the longest packet that is compared with an earlier one."""

FULL = 2 * TICK
CONCEALED = 5 * TICK
FADE = CONCEALED - FULL
NOTHING: Float = np.zeros(LONGEST, np.float32)


class Voice:
    """A jitter buffer, a decoder, and the samples that packets longer than a tick leave over."""

    def __init__(self) -> None:
        self.level = FLOOR
        self.damaged = 0
        self.begun = False
        self.music = False
        self._packets = JitterBuffer()
        self._decoder = Decoder()
        self._over: Float = np.zeros(LONGEST + TICK, np.float32)
        self._filled = 0
        self._hole = CONCEALED
        self._hush = 0
        self._last = self._nothing = b""
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
        silent = packet.level == SILENT_LEVEL or len(packet.payload) <= DTX
        self._packets.push(packet, arrival, span, silent=silent)
        return True

    def take(self) -> Float | None:
        """The next 20 ms; None when there is nothing to hear. Sets `level`, and `begun` once a packet was taken."""
        while self._filled < TICK:
            samples = self._more()
            if samples is None:
                break
            self._over[self._filled : self._filled + len(samples)] = samples
            self._filled += len(samples)
        self.level = FLOOR
        if self._filled == 0:
            return None
        heard = self._gain.apply(self._cut(), 0.0 if self._hole > FULL or self._hush else 1.0)
        if heard is None:
            return None
        level = dbfs(heard)
        if not math.isfinite(level):
            return SILENCE
        self.level = level
        if level < HUSH and not self._hush:
            self._nothing = self._last
        return heard

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
            samples = self._played(pulled.payload, silent=pulled.silent)
            if samples is not None:
                self.begun = True
                self._hole = 0
                return samples
        if pulled.kind is Kind.IDLE:
            self._hole = CONCEALED
        return self._concealed(pulled) if self._hole < CONCEALED else None

    def _played(self, payload: bytes, *, silent: bool) -> Float | None:
        """What a packet says; None when it is damaged."""
        if (silent or payload == self._nothing) and not self.music:
            self._hush += packet_samples(payload)
            if self._hush > FADE:
                return NOTHING[: packet_samples(payload)]
        else:
            self._hush = 0
        self._last = payload if len(payload) <= ALIKE else b""
        try:
            return self._decoder.decode(payload)
        except OpusRefused:
            self.damaged += 1
            return None

    def _concealed(self, pulled: Pull) -> Float:
        span = self._packets.span
        self._hole += span
        if pulled.kind is Kind.LOST and pulled.payload is not None:
            try:
                return self._decoder.recover(pulled.payload, span)
            except OpusRefused:
                self.damaged += 1
        return self._decoder.conceal(span)
