"""What a source does that no encoder in order does: counted as it comes, judged every ten seconds (a flood at
once), told once a minute.

It is contained where its packets go: the port drops a flood, the jitter buffer puts numbers right or begins anew, the
limiter holds what is loud. This is so that people learn whose fault it is.
"""

from enum import StrEnum

from .sequence import elapsed, extend

SECOND, WINDOW, MINUTE = 50, 500, 3_000
"""Ticks."""

FLOOD = 600
"""Packets in a second: Opus in 2.5 ms pieces is 400, and a stall may be made up for."""

JUMP = 1_000
FEW = 5
"""Jumps, or steps back, in a window; a sender that begins anew makes one."""

STRANGE = 100
"""Packets with another SSRC from its address, in a window."""

LOUD, LOUD_TICKS = -9.0, 475
"""dBFS: speech has pauses, and music at full scale still moves."""

HUSHED = 1_500
"""Packets of DTX and nothing else since it came: one in two of a minute's ticks."""


class Fault(StrEnum):
    """What it does; the first that is found is told."""

    FLOODS = "floods"
    SSRC = "ssrc-changes"
    SEQUENCE = "sequence-jumps"
    TIMESTAMPS = "timestamps-go-back"
    FULL_SCALE = "full-scale"
    DTX = "nothing-but-dtx"


class Conduct:
    """One source's, from its first packet on."""

    def __init__(self) -> None:
        self._last: tuple[int, int] | None = None
        self._packets = self._second = 0
        self._strange = self._jumps = self._backs = self._loud = 0
        self._hushed, self._spoke = 0, False
        self._ticks = self._again = 0

    def packet(self, sequence: int, timestamp: int, *, dtx: bool) -> None:
        """One came, however far it gets. `dtx`: it says nothing in three bytes at most."""
        self._packets += 1
        self._hushed += dtx
        self._spoke = self._spoke or not dtx
        if self._last is not None:
            ahead = extend(sequence, self._last[0]) - self._last[0]
            if abs(ahead) > JUMP:
                self._jumps += 1
            elif ahead <= 0:
                return
            elif elapsed(timestamp, self._last[1]) < 0:
                self._backs += 1
        self._last = (sequence, timestamp)

    def strange(self) -> None:
        """One came from its address with another SSRC."""
        self._strange += 1

    def tick(self, level: float) -> Fault | None:
        """20 ms have passed, in which it was as loud as `level` (dBFS): what is to be told, if anything is."""
        self._ticks += 1
        self._loud += level > LOUD
        fault = None
        if self._ticks % SECOND == 0:
            fault = Fault.FLOODS if self._packets - self._second > FLOOD else None
            self._second = self._packets
        if self._ticks % WINDOW == 0:
            fault = fault or self._judged()
            self._strange = self._jumps = self._backs = self._loud = 0
        if fault is None or self._ticks < self._again:
            return None
        self._again = self._ticks + MINUTE
        return fault

    def _judged(self) -> Fault | None:
        found = {
            Fault.SSRC: self._strange >= STRANGE,
            Fault.SEQUENCE: self._jumps >= FEW,
            Fault.TIMESTAMPS: self._backs >= FEW,
            Fault.FULL_SCALE: self._loud >= LOUD_TICKS,
            Fault.DTX: not self._spoke and self._hushed >= HUSHED and self._ticks >= MINUTE,
        }
        return next((fault for fault, holds in found.items() if holds), None)
