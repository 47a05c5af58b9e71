"""Sound that goes to a WebRTC peer: RTP, what it needs to play in step, and packets again that it missed."""

from collections import deque

from libs.service.mediaclock import RATE
from services.media.mixing.rtp import Packet, pack
from services.media.transport.offer import Offer
from services.media.transport.rtcp import Block, Nack, Names, ReceiverReport, Report, SenderReport

KEPT = 50
"""Packets that may be asked for again: one second."""

AGAIN = 100
"""Repetitions a second, at most."""

WORD, LONG = 1 << 16, 1 << 32
NAME = "parlor"


class Downlink:
    """One listener's way out. `heard` is the peer's last report; `round_trip` is in samples once it is known."""

    def __init__(self, offer: Offer, ssrc: int) -> None:
        self.ssrc = ssrc
        self.heard: Block | None = None
        self.round_trip: int | None = None
        self._payload_type = offer.opus
        self._sequence = ssrc & 0x7FFF
        self._offset = ssrc
        self._timestamp = ssrc
        self._packets = 0
        self._octets = 0
        self._said = 0
        self._sent: deque[tuple[int, bytes]] = deque(maxlen=KEPT if offer.nack else 0)
        self._again = 0

    def packet(self, payload: bytes, now: int) -> bytes:
        """The next RTP packet; `now` is when its first sample was due."""
        self._timestamp = (self._offset + now) % LONG
        packet = Packet(
            payload_type=self._payload_type,
            sequence=self._sequence,
            timestamp=self._timestamp,
            ssrc=self.ssrc,
            payload=payload,
            marker=self._packets == 0,
        )
        self._sequence = (self._sequence + 1) % WORD
        self._packets += 1
        self._octets += len(payload)
        return pack(packet)

    def sent(self, protected: bytes) -> None:
        """Remember a packet as it went out."""
        self._sent.append((int.from_bytes(protected[2:4], "big"), protected))

    def report(self, now: int) -> list[Report]:
        """What the peer should know about what it gets; nothing before the first packet."""
        self._again = 0
        names = Names(((self.ssrc, NAME),))
        if not self._packets:
            return [ReceiverReport(self.ssrc), names]
        timestamp = (self._offset + now) % LONG
        self._said = (now << 32) // RATE
        return [SenderReport(self.ssrc, self._said, timestamp, self._packets, self._octets), names]

    def reported(self, report: Report, now: int) -> list[bytes]:
        """Take one of the peer's reports; returns packets that are to be sent again."""
        if isinstance(report, Nack) and report.about == self.ssrc:
            return self._asked(report)
        if isinstance(report, ReceiverReport | SenderReport):
            for block in report.blocks:
                if block.ssrc == self.ssrc:
                    self._heard(block, now)
        return []

    def _asked(self, nack: Nack) -> list[bytes]:
        wanted = set(nack.lost)
        found = [data for sequence, data in self._sent if sequence in wanted][: AGAIN - self._again]
        self._again += len(found)
        return found

    def _heard(self, block: Block, now: int) -> None:
        self.heard = block
        if block.last:
            middle = ((now << 32) // RATE) >> 16 & 0xFFFFFFFF
            away = (middle - block.last - block.delay) % LONG
            if away < LONG // 2:
                self.round_trip = away * RATE >> 16
