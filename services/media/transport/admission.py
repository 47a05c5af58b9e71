"""Who may send: registered SSRC, the first address that used it, and only from networks that are allowed. Pure.

A datagram that is refused changes nothing but a number.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import TypeAlias

from services.media.mixing.rtp import NotRtp, is_rtcp, parse
from services.media.sdp import PAYLOAD_TYPE
from services.media.sender import Address, Sender

Network: TypeAlias = IPv4Network | IPv6Network

REMEMBERED = 1024


class Drop(StrEnum):
    """Why a datagram was not taken."""

    NOT_ALLOWED = "not-allowed"
    RTCP = "rtcp"
    NOT_RTP = "not-rtp"
    UNKNOWN_SSRC = "unknown-ssrc"
    WRONG_SENDER = "wrong-sender"
    WRONG_PAYLOAD_TYPE = "wrong-payload-type"
    NOT_OPUS = "not-opus"


class Admission:
    """The doors of one port."""

    def __init__(self, allowed: Sequence[Network]) -> None:
        self.taken = 0
        self.dropped: Counter[Drop] = Counter()
        self._allowed = allowed
        self._known: dict[str, bool] = {}
        self._senders: dict[int, Sender] = {}

    def know(self, senders: Iterable[Sender]) -> None:
        """From now on exactly these may send."""
        self._senders = {sender.registered.ssrc: sender for sender in senders}

    def take(self, data: bytes, address: Address, now: int) -> None:
        """Hand a datagram to its sender, or count why not."""
        reason = self._take(data, address, now)
        if reason is None:
            self.taken += 1
        else:
            self.dropped[reason] += 1

    def _take(self, data: bytes, address: Address, now: int) -> Drop | None:  # noqa: PLR0911  # one return per reason
        if not self._may(address[0]):
            return Drop.NOT_ALLOWED
        if is_rtcp(data):
            return Drop.RTCP
        try:
            packet = parse(data)
        except NotRtp:
            return Drop.NOT_RTP
        sender = self._senders.get(packet.ssrc)
        if sender is None:
            return Drop.UNKNOWN_SSRC
        if not sender.latched(address):
            return Drop.WRONG_SENDER
        if packet.payload_type != PAYLOAD_TYPE:
            return Drop.WRONG_PAYLOAD_TYPE
        return None if sender.receive(packet, address, now) else Drop.NOT_OPUS

    def _may(self, host: str) -> bool:
        allowed = self._known.get(host)
        if allowed is None:
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            address = ip_address(host.partition("%")[0])
            allowed = self._known[host] = any(address in network for network in self._allowed)
        return allowed
