"""What a peer that listens is told, so that it plays in step, and what it asks for again."""

from libs.service.mediaclock import RATE
from services.media.transport.loss import Loss
from services.media.transport.rtcp import Block, Nack, Names, ReceiverReport, Report, SenderReport
from services.media.transport.traffic import Traffic

LONG = 1 << 32
NAME = "parlor"


class Downlink:
    """One listener's way out. `heard` is the peer's last report, `loss` what follows from all; `round_trip` is in
    samples once it is known.
    """

    def __init__(self, ssrc: int) -> None:
        self.ssrc = ssrc
        self.heard: Block | None = None
        self.loss = Loss(0)
        self.round_trip: int | None = None
        self._traffic: Traffic | None = None
        self._at = 0

    def counted(self, traffic: Traffic, at: int) -> None:
        """So far, that is `at`, so many packets went out."""
        if self._traffic is None:
            self.loss = Loss(at)
        self._traffic, self._at = traffic, at

    def report(self, now: int) -> list[Report]:
        """What the peer should know about what it gets; nothing before the first packet."""
        names = Names(((self.ssrc, NAME),))
        if self._traffic is None or not self._traffic.packets:
            return [ReceiverReport(self.ssrc), names]
        timestamp = (self._traffic.timestamp + now - self._at) % LONG
        said = (now << 32) // RATE
        return [SenderReport(self.ssrc, said, timestamp, self._traffic.packets, self._traffic.octets), names]

    def reported(self, report: Report, now: int) -> tuple[int, ...]:
        """Take one of the peer's reports; returns the sequence numbers of packets that it asks for again."""
        if isinstance(report, Nack) and report.about == self.ssrc:
            return report.lost
        if isinstance(report, ReceiverReport | SenderReport):
            for block in report.blocks:
                if block.ssrc == self.ssrc:
                    self._heard(block, now)
        return ()

    def _heard(self, block: Block, now: int) -> None:
        self.heard = block
        self.loss = self.loss.reported(block.fraction, now)
        if block.last:
            middle = ((now << 32) // RATE) >> 16 & 0xFFFFFFFF
            away = (middle - block.last - block.delay) % LONG
            if away < LONG // 2:
                self.round_trip = away * RATE >> 16
