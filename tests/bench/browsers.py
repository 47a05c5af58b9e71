"""Browsers on a stage, as far as the mixer can tell: two calls each, WHIP and WHEP, with ICE, DTLS and AES-GCM, and a
check for consent every five seconds. No Chromium behind them, so that fifty fit beside what is measured.
"""

import re
import select
import socket
import time
from functools import partial

from OpenSSL import SSL

from services.media.call_asked import StartCall
from services.media.transport import stun
from services.media.transport.ice import Credentials
from services.media.transport.records import datagrams
from services.media.transport.stun import Attribute, Kind
from tests.bench.house import House, Seated
from tests.bench.load import Load, Person
from tests.unit.media.srtp import Libsrtp
from tests.unit.media.transport.client import GCM, agreed, certificate, dtls_client, offered, with_fingerprint

CONSENT_S = 5.0
BOUND_S = 10.0
AGAIN_S = 0.5
SSRC = "2292682832"


class Line:
    """One call: its socket, and what it sends by itself."""

    def __init__(self, house: House, seated: Seated, kind: str, line: socket.socket, ssrc: int) -> None:
        self.socket = line
        offer = with_fingerprint(offered("chromium-sends" if kind == "whip" else "chromium-hears"))
        asked = StartCall(kind="whip" if kind == "whip" else "whep", sdp=offer.replace(SSRC, str(ssrc)))
        answer = house.call(seated, asked).sdp
        self._theirs, self._ours = credentials(answer), credentials(offer)
        host, port = found(r"a=candidate:\S+ 1 udp \d+ (\S+) (\d+) ", answer)
        line.connect((host, int(port)))
        self.check()
        self.srtp = self._shaken()

    def check(self) -> None:
        """Ask for consent."""
        user = f"{self._theirs.ufrag}:{self._ours.ufrag}".encode()
        asked: dict[int, bytes] = {
            Attribute.USERNAME: user,
            Attribute.ICE_CONTROLLING: bytes(8),
            Attribute.USE_CANDIDATE: b"",
        }
        self.socket.send(stun.build(Kind.REQUEST, bytes(12), asked, self._theirs.pwd))

    def _shaken(self) -> Libsrtp:
        """Shake hands; what was not answered goes out again."""
        dtls, until = dtls_client(GCM, certificate("client")), time.monotonic() + BOUND_S
        while time.monotonic() < until:
            try:
                dtls.do_handshake()
            except SSL.WantReadError:
                self._flush(dtls)
            else:
                self._flush(dtls)
                return Libsrtp(agreed(dtls))
            self._take(dtls)
        raise TimeoutError("no keys within ten seconds")

    def _flush(self, dtls: SSL.Connection) -> None:
        try:
            written = dtls.bio_read(1 << 14)
        except SSL.WantReadError:
            return
        for each in datagrams(written, 1_200):
            self.socket.send(each)

    def _take(self, dtls: SSL.Connection) -> None:
        if not select.select([self.socket], [], [], AGAIN_S)[0]:
            dtls.DTLSv1_handle_timeout()
            self.check()
            return
        data = self.socket.recv(2_000)
        if 20 <= data[0] < 64:
            dtls.bio_write(data)


class Browsers(Load):
    """The load of load.py, by WebRTC."""

    def call(self, house: House, seated: list[Seated]) -> None:
        """They come."""
        self._asked = time.monotonic()
        self._lines: list[Line] = []
        for number, one in enumerate(seated):
            says, hears = (Line(house, one, kind, self.line(), 50_000 + number) for kind in ("whip", "whep"))
            self._lines += [says, hears]
            seal = partial(Libsrtp.protect, says.srtp)
            self.people.append(Person(says.socket, hears.socket, 50_000 + number, one.talks, seal))

    def tick(self) -> None:
        """As Load, and consent."""
        super().tick()
        if time.monotonic() - self._asked > CONSENT_S:
            self._asked = time.monotonic()
            for line in self._lines:
                line.check()


def credentials(sdp: str) -> Credentials:
    """Of an offer or answer."""
    return Credentials(*found(r"a=ice-ufrag:(\S+)\r\n", sdp), *found(r"a=ice-pwd:(\S+)\r\n", sdp))


def found(pattern: str, text: str) -> tuple[str, ...]:
    """The groups of the first place where it fits."""
    match = re.search(pattern, text)
    assert match is not None, text
    return match.groups()
