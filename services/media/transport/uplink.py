"""How a peer that sends hears of its losses (RFC 3550 section 6.4.1). `now` is samples of the desk's clock."""

from libs.service.mediaclock import RATE
from services.media.transport.rtcp import Block, ReceiverReport, Report, SenderReport
from services.media.transport.traffic import Traffic

OURS = 1
"""The SSRC of whoever only receives; Chromium's choice too."""


class Uplink:
    """One source's way in."""

    def __init__(self) -> None:
        self._traffic: Traffic | None = None
        self._expected = self._received = 0
        self._said = (0, 0)

    def counted(self, traffic: Traffic) -> None:
        """So far so many packets came. Another SSRC begins anew."""
        if self._traffic is None or traffic.ssrc != self._traffic.ssrc:
            self._expected = self._received = 0
            self._said = (0, 0)
        self._traffic = traffic if traffic.highest >= 0 else None

    def report(self, now: int) -> list[Report]:
        """What the peer should know about its packets; the fraction is since the last call."""
        traffic = self._traffic
        if traffic is None:
            return [ReceiverReport(OURS)]
        since, got = traffic.expected - self._expected, traffic.received - self._received
        self._expected, self._received = traffic.expected, traffic.received
        last, at = self._said
        block = Block(
            ssrc=traffic.ssrc,
            fraction=min(255, max(0, since - got) * 256 // since) if since > 0 else 0,
            lost=traffic.expected - traffic.received,
            highest=traffic.highest,
            jitter=traffic.jitter,
            last=last,
            delay=(now - at) * 65_536 // RATE if last else 0,
        )
        return [ReceiverReport(OURS, (block,))]

    def reported(self, report: Report, now: int) -> None:
        """Take one of the peer's: it told its time."""
        if isinstance(report, SenderReport) and self._traffic is not None and report.ssrc == self._traffic.ssrc:
            self._said = (report.ntp >> 16 & 0xFFFFFFFF, now)
