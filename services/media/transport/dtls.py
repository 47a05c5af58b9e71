"""The server's half of a DTLS 1.2 handshake that makes SRTP keys (RFC 5764), on OpenSSL's memory BIO.

Two things are ours. *Time*: OpenSSL's retransmission timer reads the system's clock, so we don't use it. We keep the
datagrams of our last flight and send them again, byte for byte, when the peer is silent: a receiver can't tell that
from a network that delayed or doubled them, and its replay window drops what it has (RFC 6347 section 4.1.2.6).
A peer that still shakes hands when we are done did not get the end of it, which goes out once more. *Trust*: any
certificate is taken in the handshake, and then compared with the fingerprint in the offer; without a match there are
no keys.
"""

from collections.abc import Sequence
from typing import TypeAlias

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.x509 import Certificate
from OpenSSL import SSL

from libs.service.mediaclock import RATE
from services.media.transport.fingerprint import Fingerprint, matches
from services.media.transport.records import datagrams, records
from services.media.transport.srtp import Keys, Profile

Context: TypeAlias = SSL.Context
"""What all handshakes of a process share."""

MTU = 1_200
FIRST_WAIT = RATE // 5
"""200 ms until the first repetition, then twice as long each time. Peers begin with 1 s, Chromium with 50 ms."""

REPETITIONS = 6
GIVEN_UP = 30 * RATE
LARGEST = 16 * 1_024
"""Bytes that a whole handshake may be, retransmissions included: ours take 3 kB from a browser."""

CIPHERS = b":".join(
    (
        b"ECDHE-ECDSA-AES128-GCM-SHA256",
        b"ECDHE-ECDSA-CHACHA20-POLY1305",
        b"ECDHE-ECDSA-AES256-GCM-SHA384",
        b"ECDHE-ECDSA-AES128-SHA",
    )
)
HANDSHAKE = (b"\x14", b"\x16")
"""Record types of a handshake: ChangeCipherSpec and Handshake."""

EXPORTER = b"EXTRACTOR-dtls_srtp"


def server_context(key: EllipticCurvePrivateKey, certificate: Certificate) -> Context:
    """The one for this process: its certificate, our ciphers, our SRTP profiles."""
    context = SSL.Context(SSL.DTLS_METHOD)
    context.set_options(SSL.OP_NO_TICKET | SSL.OP_NO_QUERY_MTU | SSL.OP_NO_RENEGOTIATION)
    context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
    context.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, _taken_for_now)
    context.use_certificate(certificate)
    context.use_privatekey(key)
    context.set_cipher_list(CIPHERS)
    context.set_tlsext_use_srtp(":".join(profile.openssl for profile in Profile).encode())
    return context


class Dtls:
    """One handshake. `keys` are there when it is done, `failed` says why it never will be."""

    def __init__(self, context: Context, fingerprints: Sequence[Fingerprint], now: int) -> None:
        self.keys: Keys | None = None
        self.failed: str | None = None
        self.closed = False
        self._fingerprints = fingerprints
        self._connection = SSL.Connection(context, None)
        self._connection.set_accept_state()
        self._connection.set_ciphertext_mtu(MTU)
        self._out: list[bytes] = []
        self._flight: list[bytes] = []
        self._repeats: int | None = None
        self._wait = FIRST_WAIT
        self._taken = 0
        self._until = now + GIVEN_UP

    @property
    def timer(self) -> int | None:
        """When `handle_timer` is due."""
        if self.keys is not None or self.failed is not None:
            return None
        return self._until if self._repeats is None else min(self._until, self._repeats)

    def receive(self, data: bytes, now: int) -> None:
        """Take one datagram. Never raises: what is wrong is ignored, or ends the handshake."""
        if self.failed is not None or self.closed:
            return
        if self.keys is None:
            self._taken += len(data)
            if self._taken > LARGEST:
                self._fail("the handshake does not end")
                return
        done = self.keys is not None
        for record in records(data):
            self._connection.bio_write(record)
            self._advance()
        self._collect(now)
        if done and not self._out and data[:1] in HANDSHAKE:
            self._out += self._flight

    def take_datagrams(self) -> list[bytes]:
        """What is to be sent, and is not here any more afterwards."""
        out, self._out = self._out, []
        return out

    def handle_timer(self, now: int) -> None:
        """Time has passed."""
        if self.timer is None or now < self.timer:
            return
        if now >= self._until:
            self._fail("no handshake within 30 s")
            return
        self._out += self._flight
        self._wait *= 2
        self._repeats = now + self._wait if self._wait < FIRST_WAIT << REPETITIONS else None

    def close(self) -> None:
        """Say goodbye (close_notify)."""
        if self.keys is None or self.closed:
            return
        self.closed = True
        try:
            self._connection.shutdown()
        except SSL.Error:
            return
        self._out += datagrams(self._written(), MTU)

    def _advance(self) -> None:
        try:
            if self.keys is None:
                self._connection.do_handshake()
                self._finish()
            else:
                self._connection.recv(MTU)
        except SSL.WantReadError:
            return
        except SSL.ZeroReturnError:
            self.closed = True
        except SSL.Error as fault:
            if self.keys is None:
                self._fail(_reason(fault))

    def _finish(self) -> None:
        certificate = self._connection.get_peer_certificate(as_cryptography=True)
        if certificate is None or not matches(certificate, self._fingerprints):
            self._fail("the certificate is not the one whose fingerprint was in the offer")
            return
        chosen = self._connection.get_selected_srtp_profile().decode()
        profile = next((each for each in Profile if each.openssl == chosen), None)
        if profile is None:
            self._fail("no SRTP profile in common")
            return
        material = self._connection.export_keying_material(EXPORTER, 2 * (profile.key + profile.salt))
        theirs, ours = material[: profile.key], material[profile.key : 2 * profile.key]
        salts = material[2 * profile.key :]
        self.keys = Keys(profile, ours + salts[profile.salt :], theirs + salts[: profile.salt])

    def _collect(self, now: int) -> None:
        flight = datagrams(self._written(), MTU)
        if not flight:
            return
        self._out += flight
        self._flight = flight
        self._wait = FIRST_WAIT
        self._repeats = now + FIRST_WAIT

    def _written(self) -> bytes:
        chunks = []
        try:
            while True:
                chunks.append(self._connection.bio_read(1 << 14))
        except SSL.Error:
            return b"".join(chunks)

    def _fail(self, why: str) -> None:
        self.failed = why
        self._flight = []


def _taken_for_now(*_: object) -> bool:
    return True


def _reason(fault: SSL.Error) -> str:
    words = [str(part) for entry in fault.args[:1] if isinstance(entry, list) for part in entry[:1]]
    return " ".join(words) or type(fault).__name__
