"""Packets come early, late, twice, out of order or never; a tick wants exactly the next one.

Theory. Packets lie in a ring by extended sequence number. `pull` gives the one that is due:

    nothing yet                 IDLE      until `target` packets lie there (priming)
    due packet there            PACKET
    due missing, later there    LOST      with the packet after it, whose in-band FEC may help (RFC 6716 section 2.1.7)
    nothing there               DRY       the due one may still come, so it stays due: the delay grows by one packet

The depth aims at `target` packets: 1 plus the 95th percentile of how much later than the earliest one packets of the
last two seconds came; those too that came too late to be of use. What counts is the tick that a packet was in time
for: in which moment of it is nothing to us, nor how late the thread woke that read the socket. Too deep for half a
second: in a quiet moment all that is too much is left out; while somebody talks half of it from three packets on, and
less than that when it has been so for two seconds. A sender whose clock is slow makes DRY now and then, a fast one a
left-out packet: drift needs no other cure.

The hard cap: more than 200 ms never lie here; what would make more is left out from the old end. After 10 DRY in a
row we prime anew. Sequence numbers that jump far are believed when two packets in a row agree (RFC 3550 A.1).
"""

from collections import deque
from enum import Enum

import msgspec

from .frame import TICK
from .rtp import Packet
from .sequence import elapsed, extend

CAP = 9_600
"""Samples that may lie in the buffer: 200 ms."""

SLOTS = 128
JUMP = 1_000
MISORDER = 100
HISTORY = 200
SPAN_OF_HISTORY = 96_000
EACH = 10
DRY_LIMIT = 10
WINDOW = 24_000
"""Samples for which it must have been too deep."""

TOO_DEEP = 3
OUTLANDISH = 48_000
ANY = -(1 << 17)
"""Below every number that a restart may begin with."""


class Kind(Enum):
    """What `pull` found."""

    IDLE = "idle"
    PACKET = "packet"
    LOST = "lost"
    DRY = "dry"


class Pull(msgspec.Struct, frozen=True, gc=False):
    """For LOST, `payload` is the packet that follows, or None when that is not there either. `silent` as pushed."""

    kind: Kind
    payload: bytes | None = None
    silent: bool = False


class Kept(msgspec.Struct, frozen=True, gc=False):
    """A packet that lies here."""

    place: int
    payload: bytes
    silent: bool


IDLE = Pull(Kind.IDLE)
DRY = Pull(Kind.DRY)
LOST = Pull(Kind.LOST)


class Tally(msgspec.Struct, gc=False):
    """What happened to packets so far: never came; came too late, twice or were left out to keep the delay short."""

    lost: int = 0
    late: int = 0
    twice: int = 0
    skipped: int = 0


class JitterBuffer:
    """One source's packets. Numbers that it counts in are packets; `arrival` and `span` are samples at 48 kHz. A tick
    is made at every multiple of 960 of `arrival`'s clock.
    """

    def __init__(self) -> None:
        self.tally = Tally()
        self.target = 2
        self._ring: list[Kept | None] = [None] * SLOTS
        self._came = [0] * SLOTS
        self._next: int | None = None
        self._highest = -1
        self._floor = ANY
        self._priming = True
        self._dry = 0
        self._owed = 0
        self._suspect = -1
        self._span = 960
        self._deep = 0
        self._least = 0
        self._delays: deque[int] = deque(maxlen=HISTORY)
        self._clock: tuple[int, int] | None = None
        self._pushed = 0

    @property
    def depth(self) -> int:
        """Samples from the one that is due next to the newest."""
        return 0 if self._next is None else max(0, self._highest - self._next + 1) * self._span

    @property
    def span(self) -> int:
        """Samples in one packet, as the newest one says."""
        return self._span

    def push(self, packet: Packet, arrival: int, span: int, *, silent: bool = False) -> None:
        """Keep one packet of `span` samples, if it can still be of use. `silent`: nothing is said in it."""
        place = self._place(packet.sequence)
        if place is None:
            return
        if place < self._due(place) and not self._reopens(place):
            self.tally.late += 1
            if self._came[place % SLOTS] != place:
                self._measure(packet.timestamp, arrival)
            return
        slot = self._ring[place % SLOTS]
        if slot is not None and slot.place == place:
            self.tally.twice += 1
            return
        self._span = span
        self._ring[place % SLOTS] = Kept(place, packet.payload, silent)
        self._came[place % SLOTS] = place
        self._highest = max(self._highest, place)
        self._measure(packet.timestamp, arrival)
        self._shorten()

    def pull(self, *, quiet: bool = True) -> Pull:
        """What is due now. `quiet`: the last frame was, so that leaving one out is not heard."""
        if self._next is None or (self._priming and self._highest - self._next + 1 < self.target):
            return IDLE
        self._priming = False
        self._lean(quiet=quiet)
        while self._next <= self._highest:
            slot = self._ring[self._next % SLOTS]
            there = slot is not None and slot.place == self._next
            self._next += 1
            if there and slot is not None:
                self._ring[slot.place % SLOTS] = None
                self._dry = self._owed = 0
                return Pull(Kind.PACKET, slot.payload, slot.silent)
            self.tally.lost += 1
            if self._owed == 0:
                return self._hole(self._next)
            self._owed -= 1
        return self._run_dry()

    def _place(self, sequence: int) -> int | None:
        """The extended number, or None while a far jump waits for its second packet."""
        if self._highest < 0:
            return sequence
        place = extend(sequence, self._highest)
        if -MISORDER <= place - self._highest <= JUMP:
            self._suspect = -1
            return place
        if sequence != self._suspect:
            self._suspect = (sequence + 1) % (1 << 16)
            self.tally.skipped += 1
            return None
        self._suspect = -1
        self._forget(ANY)
        return sequence

    def _due(self, place: int) -> int:
        """The number that is due; this one, if nothing is and it was not there before."""
        if self._next is None:
            if place < self._floor:
                return self._floor
            self._next = self._highest = place
            self._priming = True
            self._dry = self._owed = 0
            self._deep = 0
        return self._next

    def _forget(self, floor: int) -> None:
        """Begin anew with the next packet that is not below `floor`."""
        self._ring = [None] * SLOTS
        self._next = None
        self._floor = floor
        self._clock = None
        self._delays.clear()

    def _reopens(self, place: int) -> bool:
        """While priming, an earlier packet than the first may still take its place at the front."""
        if not self._priming or self._next is None or place < self._floor or self._highest - place >= SLOTS // 2:
            return False
        self._next = place
        return True

    def _measure(self, timestamp: int, arrival: int) -> None:
        arrival = -(-arrival // TICK) * TICK
        if self._clock is not None:
            late = (arrival - self._clock[0]) - elapsed(timestamp, self._clock[1])
            if abs(late) > OUTLANDISH:
                self._clock = None
                self._delays.clear()
        if self._clock is None:
            self._clock = (arrival, timestamp)
            late = 0
        self._delays.append(late)
        self._pushed += 1
        if self._pushed % EACH == 0:
            within = max(EACH, min(HISTORY, SPAN_OF_HISTORY // self._span))
            ranked = sorted(list(self._delays)[-within:])
            jitter = ranked[len(ranked) * 95 // 100] - ranked[0]
            most = max(1, CAP // self._span - 1)
            self.target = min(1 - (-jitter // self._span), most)

    def _shorten(self) -> None:
        """The hard cap, after a burst or behind a gap."""
        if self._next is None:
            return
        most = min(SLOTS - 1, max(1, CAP // self._span))
        excess = self._highest - self._next + 1 - most
        if excess <= 0:
            return
        begin = max(self._next + excess, self._highest - self.target + 1)
        self._leave_out(min(begin - self._next, SLOTS))
        self._next = begin

    def _lean(self, *, quiet: bool) -> None:
        """Leave out what was too much all the time."""
        assert self._next is not None  # noqa: S101 — pull has looked; tells mypy
        depth = self._highest - self._next + 1
        if depth <= self.target:
            self._deep = 0
            return
        self._least = depth if self._deep == 0 else min(self._least, depth)
        excess = self._least - self.target
        self._deep += self._span
        if self._deep < WINDOW:
            return
        if quiet:
            self._leave_out(excess)
        elif excess >= TOO_DEEP:
            self._leave_out((excess + 1) // 2)
        elif self._deep >= 4 * WINDOW:
            self._leave_out(excess)

    def _leave_out(self, many: int) -> None:
        assert self._next is not None  # noqa: S101 — as _lean
        for place in range(self._next, self._next + many):
            slot = self._ring[place % SLOTS]
            if slot is not None and slot.place == place:
                self.tally.skipped += 1
                self._ring[place % SLOTS] = None
            else:
                self.tally.lost += 1
        self._next += many
        self._deep = 0

    def _hole(self, following: int) -> Pull:
        slot = self._ring[following % SLOTS]
        if slot is not None and slot.place == following:
            return Pull(Kind.LOST, slot.payload, slot.silent)
        return LOST

    def _run_dry(self) -> Pull:
        self._dry += 1
        self._owed += 1
        self._deep = 0
        if self._dry >= DRY_LIMIT and self._next is not None:
            self._forget(self._next)
            return IDLE
        return DRY
