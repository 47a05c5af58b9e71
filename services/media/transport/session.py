"""One WebRTC peer, without a socket and without a clock: its STUN, DTLS and RTCP. Sound is the tick thread's, which
gets `keys` and `routes`.

    datagram_received(data, route, now)   what came
    take_datagrams()                      what is to be sent, and where
    timer, handle_timer(now)              when to look in again, and doing so
    counted(traffic, at)                  what the tick thread counted of its packets, for reports
    take_wanted()                         packets that it asks for again
    closed                                why it is over, once it is

The first byte says what a datagram is (RFC 7983): 0-3 STUN, 20-63 DTLS, 128-191 RTP and RTCP. All but STUN is taken
only by routes that authenticated STUN made valid, and goes only there.

    checking ──first authentic check──► handshake ──keys──► connected ──► closed
        │  no check for 30 s               │  mismatch, 30 s    │  no check for 30 s, close_notify, close()
        └──────────────────────────────────┴───────────────────┴──────────────────────────────────────────►
"""

from collections import Counter
from enum import StrEnum

from libs.service.mediaclock import RATE
from services.media.mixing.rtp import is_rtcp
from services.media.transport import stun
from services.media.transport.answer import Ours
from services.media.transport.downlink import Downlink
from services.media.transport.dtls import Context, Dtls
from services.media.transport.ice import Agent, Pair
from services.media.transport.offer import Offer
from services.media.transport.records import is_dtls
from services.media.transport.route import Route
from services.media.transport.rtcp import Goodbye, NotRtcp, build, parse
from services.media.transport.srtp import Keys, NotAuthentic, Srtp
from services.media.transport.traffic import Traffic
from services.media.transport.uplink import Uplink

REPORT = 5 * RATE // 2
"""Between our RTCP packets: half of RFC 3550's minimum of 5 s, for a round trip that is known early."""


MOST = 100
"""Packets that are asked for again at a time."""


class Drop(StrEnum):
    """Why a datagram of a peer was not taken."""

    NOT_STUN = "not-stun"
    UNPROVEN = "unproven-route"
    TOO_EARLY = "no-keys-yet"
    NOT_AUTHENTIC = "not-authentic"
    NOT_RTCP = "not-rtcp"
    TOO_MANY = "too-many"
    UNKNOWN = "unknown-protocol"


class Peer:
    """Whether it sends or hears is in `ours`: with an SSRC of ours it hears."""

    def __init__(self, offer: Offer, ours: Ours, context: Context, now: int) -> None:
        self.offer = offer
        self.ice = Agent(Pair(ours.credentials, offer.credentials), now)
        self.uplink = Uplink() if ours.ssrc is None else None
        self.downlink = Downlink(ours.ssrc) if ours.ssrc is not None else None
        self.closed: str | None = None
        self.dropped: Counter[Drop] = Counter()
        self._dtls = Dtls(context, offer.fingerprints, now)
        self._srtp: Srtp | None = None
        self._out: list[tuple[bytes, Route]] = []
        self._report = now
        self._wanted: tuple[int, ...] = ()

    @property
    def connected(self) -> bool:
        """True while sound may go."""
        return self._srtp is not None and self.closed is None

    @property
    def keys(self) -> Keys | None:
        """What SRTP works with, once the handshake is done."""
        return self._dtls.keys

    @property
    def routes(self) -> tuple[Route, ...]:
        """Whence its sound may come; the first one is where sound goes."""
        selected = self.ice.selected
        others = tuple(route for route in self.ice.routes if route != selected)
        return others if selected is None else (selected, *others)

    @property
    def timer(self) -> int:
        """When `handle_timer` is due, unless something comes before that."""
        due = [self.ice.expires]
        if self._dtls.timer is not None:
            due.append(self._dtls.timer)
        if self._srtp is not None:
            due.append(self._report)
        return min(due)

    def datagram_received(self, data: bytes, route: Route, now: int) -> None:
        """Take one datagram. Never raises."""
        if self.closed is not None or not data:
            return
        if stun.is_stun(data):
            self._check(data, route, now)
        elif not self.ice.valid(route):
            self.dropped[Drop.UNPROVEN] += 1
        elif is_dtls(data):
            self._shake(data, now)
        elif not is_rtcp(data) or len(data) < 12:
            self.dropped[Drop.UNKNOWN] += 1
        elif self._srtp is None:
            self.dropped[Drop.TOO_EARLY] += 1
        else:
            self._protected(self._srtp, data, now)

    def take_datagrams(self) -> list[tuple[bytes, Route]]:
        """What is to be sent, and is not here any more afterwards."""
        out, self._out = self._out, []
        return out

    def handle_timer(self, now: int) -> None:
        """Time has passed."""
        if self.closed is not None:
            return
        if now >= self.ice.expires:
            self.closed = "consent-expired"
            return
        self._dtls.handle_timer(now)
        self._shaken(now)
        if self._srtp is not None and now >= self._report:
            self._report = now + REPORT
            self._tell(self._srtp, now)

    def counted(self, traffic: Traffic, at: int) -> None:
        """What its packets came to, `at` then."""
        if self.uplink is not None:
            self.uplink.counted(traffic)
        if self.downlink is not None:
            self.downlink.counted(traffic, at)

    def take_wanted(self) -> tuple[int, ...]:
        """Sequence numbers of packets that it asks for again, and that are not here any more afterwards."""
        wanted, self._wanted = self._wanted, ()
        return wanted

    def close(self, why: str) -> None:
        """It is over: say so to the peer."""
        if self.closed is not None:
            return
        if self._srtp is not None and self.downlink is not None:
            goodbye = build([*self.downlink.report(self._report), Goodbye((self.downlink.ssrc,))])
            self._to_peer([self._srtp.protect_rtcp(goodbye)])
        self._dtls.close()
        self._to_peer(self._dtls.take_datagrams())
        self.closed = why

    def _check(self, data: bytes, route: Route, now: int) -> None:
        try:
            request = stun.parse(data)
        except stun.NotStun:
            self.dropped[Drop.NOT_STUN] += 1
            return
        answer = self.ice.receive(request, route, now)
        if answer is not None:
            self._out.append((answer, route))

    def _shake(self, data: bytes, now: int) -> None:
        self._dtls.receive(data, now)
        self._shaken(now)

    def _shaken(self, now: int) -> None:
        self._to_peer(self._dtls.take_datagrams())
        if self._dtls.failed is not None:
            self.closed = f"dtls: {self._dtls.failed}"
        elif self._dtls.closed:
            self.closed = "closed-by-peer"
        elif self._dtls.keys is not None and self._srtp is None:
            self._srtp = Srtp(self._dtls.keys)
            self._report = now + REPORT // 5

    def _protected(self, srtp: Srtp, data: bytes, now: int) -> None:
        try:
            self._reports(srtp.unprotect_rtcp(data), now)
        except NotAuthentic:
            self.dropped[Drop.NOT_AUTHENTIC] += 1
        except NotRtcp:
            self.dropped[Drop.NOT_RTCP] += 1

    def _reports(self, compound: bytes, now: int) -> None:
        for report in parse(compound):
            if self.uplink is not None:
                self.uplink.reported(report, now)
            if self.downlink is not None:
                self._wanted = (self._wanted + self.downlink.reported(report, now))[:MOST]

    def _tell(self, srtp: Srtp, now: int) -> None:
        link = self.downlink or self.uplink
        if link is not None:
            self._to_peer([srtp.protect_rtcp(build(link.report(now)))])

    def _to_peer(self, datagrams: list[bytes]) -> None:
        route = self.ice.selected
        if route is not None:
            self._out += [(each, route) for each in datagrams]
