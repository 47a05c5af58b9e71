"""Sound that a WebRTC peer sends: RTP out of its SRTP, packets of Opus out of that, and how the peer hears of losses.

One source has one SSRC. Another one takes over when the first has been silent for a second (a client that restarted
its sender); more at a time are not listened to, so that nobody can make us keep state for each of 2^32 of them.
"""

import msgspec

from libs.service.mediaclock import RATE
from services.media.mixing.rtp import NotRtp, Packet, parse
from services.media.sdp import PAYLOAD_TYPE
from services.media.transport.offer import Offer
from services.media.transport.reception import Reception
from services.media.transport.red import NotRed, unpack
from services.media.transport.rtcp import ReceiverReport, Report, SenderReport

GONE = RATE
OURS = 1
"""The SSRC of whoever only receives; Chromium's choice too."""

WORD, LONG = 1 << 16, 1 << 32


class Uplink:
    """One source's way in."""

    def __init__(self, offer: Offer) -> None:
        self.ssrc: int | None = None
        self._offer = offer
        self._heard = 0
        self._reception = Reception()

    def expects(self, ssrc: int, now: int) -> bool:
        """True when a packet with this SSRC is worth to be decrypted."""
        return self.ssrc in (None, ssrc) or now - self._heard >= GONE

    def receive(self, data: bytes, now: int) -> list[Packet]:
        """The packets of Opus in one authentic RTP packet, in the order of their sequence numbers."""
        try:
            packet = parse(data, self._offer.level)
        except NotRtp:
            return []
        if packet.ssrc != self.ssrc:
            self.ssrc, self._reception = packet.ssrc, Reception()
        self._heard = now
        self._reception.receive(packet.sequence, packet.timestamp, now)
        if packet.payload_type == self._offer.opus:
            return [msgspec.structs.replace(packet, payload_type=PAYLOAD_TYPE)]
        if packet.payload_type == self._offer.red:
            return self._redundant(packet)
        return []

    def report(self, now: int) -> list[Report]:
        """What the peer should know about its packets."""
        if self.ssrc is None:
            return [ReceiverReport(OURS)]
        return [ReceiverReport(OURS, (self._reception.block(self.ssrc, now),))]

    def reported(self, report: Report, now: int) -> None:
        """Take one of the peer's."""
        if isinstance(report, SenderReport) and report.ssrc == self.ssrc:
            self._reception.reported(report, now)

    def _redundant(self, packet: Packet) -> list[Packet]:
        try:
            blocks = unpack(packet.payload)
        except NotRed:
            return []
        found = []
        for back, (kind, before, payload) in zip(range(len(blocks) - 1, -1, -1), blocks, strict=True):
            sequence = (packet.sequence - back) % WORD
            if kind == self._offer.opus and payload and (back == 0 or self._reception.fill(sequence)):
                timestamp = (packet.timestamp - before) % LONG
                found.append(
                    msgspec.structs.replace(
                        packet, payload_type=PAYLOAD_TYPE, sequence=sequence, timestamp=timestamp, payload=payload
                    )
                )
        return found
