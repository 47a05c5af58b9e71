"""A WebRTC client in memory, on OpenSSL and libsrtp, and a wire to a peer of ours that may lose datagrams."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path

from OpenSSL import SSL

from services.media.certificate import Certificate, new_certificate
from services.media.mixing.rtp import Packet, pack
from services.media.transport import stun
from services.media.transport.answer import Ours, Place
from services.media.transport.dtls import server_context
from services.media.transport.fingerprint import fingerprint
from services.media.transport.ice import Credentials, Pair
from services.media.transport.offer import Offer, to_receive, to_send
from services.media.transport.records import datagrams
from services.media.transport.route import Route
from services.media.transport.session import Peer
from services.media.transport.srtp import Keys, Profile
from services.media.transport.stun import Attribute, Kind
from tests.unit.media.srtp import Libsrtp

RATE = 48_000
OFFERS = Path(__file__).parents[3] / "fixtures" / "webrtc"
PLACE = Place("127.0.0.1", 5004, 5004)
OURS = Credentials("parlor00", "aPasswordOfOursWith0001")
HOME = Route("192.0.2.1", 4000)
SSRC = 2_292_682_832

GCM, CM = b"SRTP_AEAD_AES_128_GCM", b"SRTP_AES128_CM_SHA1_80"


def offered(name: str) -> str:
    """The offer of a real client."""
    return (OFFERS / f"{name}.sdp").read_bytes().decode()


@cache
def certificate(_of: str) -> Certificate:
    """The server's, a client's, a stranger's."""
    return new_certificate()


def with_fingerprint(text: str, of: str = "client") -> str:
    """An offer with the client's own fingerprint."""
    own = fingerprint(certificate(of).certificate)
    lines = [line for line in text.split("\r\n") if not line.startswith("a=fingerprint")]
    lines.insert(lines.index("a=setup:actpass"), f"a=fingerprint:{own.algorithm} {own.value}")
    return "\r\n".join(lines)


def peer_for(offer: Offer, ssrc: int | None = None, ours: Credentials = OURS) -> Peer:
    """Our side of it."""
    server = certificate("server")
    mine = Ours(1, ours, fingerprint(server.certificate), PLACE, ssrc)
    return Peer(offer, mine, server_context(server.key, server.certificate), 0)


class Client:
    """The other side. `lose` are the numbers of the DTLS datagrams, counted over both directions, that get lost."""

    def __init__(
        self, name: str = "chromium-sends", profiles: bytes = GCM, lose: Iterable[int] = (), ours: Credentials = OURS
    ) -> None:
        text = with_fingerprint(offered(name))
        self.hears = "hears" in name
        self.offer = to_receive(text) if self.hears else to_send(text)
        self.peer = peer_for(self.offer, 77 if self.hears else None, ours)
        self.now = 0
        self.route = HOME
        self.got: list[bytes] = []
        self.wire: list[int] = []
        self.srtp: Libsrtp | None = None
        self.pair = Pair(ours, self.offer.credentials)
        self._lost = set(lose)
        self._flight: list[bytes] = []
        self._dtls = dtls_client(profiles, certificate("client"))
        self._sequence = 0

    def request(self, *, nominate: bool = True) -> bytes:
        """One check."""
        attributes: dict[int, bytes] = {
            Attribute.USERNAME: f"{self.pair.ours.ufrag}:{self.pair.theirs.ufrag}".encode(),
            Attribute.ICE_CONTROLLING: bytes(8),
        }
        if nominate:
            attributes[Attribute.USE_CANDIDATE] = b""
        return stun.build(Kind.REQUEST, bytes(12), attributes, self.pair.ours.pwd)

    def check(self, *, nominate: bool = True) -> stun.Message | None:
        """Send a check; the answer."""
        self.peer.datagram_received(self.request(nominate=nominate), self.route, self.now)
        answers = [stun.parse(each) for each, _ in self.peer.take_datagrams() if stun.is_stun(each)]
        return answers[-1] if answers else None

    def shake(self, seconds: float = 20) -> bool:
        """Handshake, both sides repeating what was not answered; True when both have keys."""
        until = self.now + round(seconds * RATE)
        again = self.now + RATE
        while self.now < until and not (self.peer.connected and self.srtp):
            self._flight = self._step() or self._flight
            if self.now >= again:
                again = self.now + RATE
                self._to_peer(self._flight)
            self._from_peer()
            self.now += RATE // 50
            self.peer.handle_timer(self.now)
        return self.peer.connected and self.srtp is not None

    def connect(self) -> "Client":
        """Check, shake hands."""
        self.check()
        assert self.shake(), self.peer.closed
        return self

    def protected(self, payload: bytes = b"\xf8\xff\xfe", **fields: int) -> bytes:
        """One packet as it goes out."""
        assert self.srtp is not None
        self._sequence = fields.get("sequence", self._sequence + 1)
        packet = Packet(
            payload_type=fields.get("payload_type", self.offer.opus),
            sequence=self._sequence,
            timestamp=fields.get("timestamp", self._sequence * 960),
            ssrc=fields.get("ssrc", SSRC),
            payload=payload,
        )
        return self.srtp.protect(pack(packet))

    def collect(self) -> list[bytes]:
        """What our side has sent."""
        return [data for data, _ in self.peer.take_datagrams()]

    def hello(self) -> list[bytes]:
        """Begin the handshake, by a route that nobody proved; what was sent."""
        return self._step()

    def _step(self) -> list[bytes]:
        try:
            self._dtls.do_handshake()
            self.srtp = self.srtp or Libsrtp(agreed(self._dtls))
        except SSL.WantReadError:
            pass
        written = b""
        try:
            while True:
                written += self._dtls.bio_read(1 << 14)
        except SSL.Error:
            return self._to_peer(datagrams(written, 1_200))

    def _to_peer(self, flight: list[bytes]) -> list[bytes]:
        for each in flight:
            if self._arrives(each):
                self.peer.datagram_received(each, self.route, self.now)
        return flight

    def _from_peer(self) -> None:
        for each in self.collect():
            if each[0] in range(20, 64) and self._arrives(each):
                self._dtls.bio_write(each)
                self._flight = self._step() or self._flight

    def _arrives(self, data: bytes) -> bool:
        self.wire.append(len(data))
        return len(self.wire) - 1 not in self._lost


def dtls_client(profiles: bytes, own: Certificate) -> SSL.Connection:
    """One that begins, with memory where its datagrams would be."""
    context = SSL.Context(SSL.DTLS_METHOD)
    context.set_verify(SSL.VERIFY_PEER, _anybody)
    context.use_certificate(own.certificate)
    context.use_privatekey(own.key)
    context.set_tlsext_use_srtp(profiles)
    connection = SSL.Connection(context, None)
    connection.set_connect_state()
    connection.set_ciphertext_mtu(1_200)
    return connection


def _anybody(*_: object) -> bool:
    return True


def agreed(connection: SSL.Connection) -> Keys:
    """The keys that a client's handshake came to."""
    profile = next(each for each in Profile if each.openssl.encode() == connection.get_selected_srtp_profile())
    material = connection.export_keying_material(b"EXTRACTOR-dtls_srtp", 2 * (profile.key + profile.salt))
    client, server = material[: profile.key], material[profile.key : 2 * profile.key]
    salts = material[2 * profile.key :]
    return Keys(profile, client + salts[: profile.salt], server + salts[profile.salt :])
