"""How one source's packets arrive, for our receiver reports (RFC 3550 section 6.4.1 and appendix A)."""

from libs.service.mediaclock import RATE
from services.media.mixing.sequence import elapsed, extend
from services.media.transport.rtcp import Block, SenderReport

REMEMBERED = 64
RESTART = 3_000
"""A jump in sequence numbers that is a new beginning (MAX_DROPOUT in appendix A.1)."""


class Reception:
    """Counts from the first packet on. `now` is samples of the clock that stamps arrivals."""

    def __init__(self) -> None:
        self.highest = -1
        self._first = 0
        self._mask = 0
        self._received = 0
        self._expected_then = 0
        self._received_then = 0
        self._transit: tuple[int, int] | None = None
        self._jitter = 0.0
        self._report = (0, 0)

    def receive(self, sequence: int, timestamp: int, now: int) -> None:
        """One packet came."""
        place = sequence if self.highest < 0 else extend(sequence, self.highest)
        if self.highest < 0 or abs(place - self.highest) > RESTART:
            self._begin(sequence)
            place = sequence
        self._mark(place)
        self._received += 1
        if self._transit is not None:
            moved = (now - self._transit[0]) - elapsed(timestamp, self._transit[1])
            self._jitter += (min(abs(moved), RATE) - self._jitter) / 16
        self._transit = (now, timestamp)

    def fill(self, sequence: int) -> bool:
        """True once for a packet that did not come, and is at hand by other means."""
        place = extend(sequence, self.highest)
        back = self.highest - place
        if not 0 < back < REMEMBERED or place < self._first or self._mask >> back & 1:
            return False
        self._mask |= 1 << back
        return True

    def reported(self, report: SenderReport, now: int) -> None:
        """The source told its time."""
        self._report = (report.ntp >> 16 & 0xFFFFFFFF, now)

    def block(self, ssrc: int, now: int) -> Block:
        """What a report says now; its fraction is since the last call."""
        expected = self.highest - self._first + 1
        since, got = expected - self._expected_then, self._received - self._received_then
        self._expected_then, self._received_then = expected, self._received
        last, at = self._report
        return Block(
            ssrc=ssrc,
            fraction=min(255, max(0, since - got) * 256 // since) if since > 0 else 0,
            lost=expected - self._received,
            highest=self.highest,
            jitter=round(self._jitter),
            last=last,
            delay=(now - at) * 65_536 // RATE if last else 0,
        )

    def _mark(self, place: int) -> None:
        ahead = place - self.highest
        if ahead > 0:
            self._mask = self._mask << ahead & (1 << REMEMBERED) - 1
            self.highest = place
        back = self.highest - place
        if back < REMEMBERED:
            self._mask |= 1 << back

    def _begin(self, sequence: int) -> None:
        self.highest = self._first = sequence
        self._mask = 0
        self._received = self._expected_then = self._received_then = 0
        self._transit = None
