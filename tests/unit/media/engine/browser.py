"""A browser as the engine meets it: its own libsrtp, a socket, and what its offer settled."""

import socket

import numpy as np

from services.media.engine.desk import Desk
from services.media.engine.kind import Kind
from services.media.engine.told import Fact, Told, Traffic
from services.media.mixing.frame import TICK, Float
from services.media.mixing.opus import VOIP, Decoder, Encoder
from services.media.mixing.rtp import Packet, pack, parse
from services.media.transport.srtp import Profile
from tests.unit.media.engine.studio import until
from tests.unit.media.srtp import Libsrtp, keys_of

OPUS, RED, LEVEL = 109, 63, 4


class Browser:
    """One peer connection. It says a tone, or nothing."""

    def __init__(
        self, port: int, ssrc: int, *, profile: Profile = Profile.AEAD_AES_128_GCM, hertz: float = 440.0
    ) -> None:
        self.ssrc = ssrc
        self.hertz = hertz
        self.srtp = Libsrtp(keys_of(profile, ssrc % 251))
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.connect(("127.0.0.1", port))
        self.socket.setblocking(False)
        self.received: list[Packet] = []
        self.raw: list[bytes] = []
        self._encoder = Encoder(VOIP)
        self._sent = 0

    def __del__(self) -> None:
        self.socket.close()

    @property
    def route(self) -> tuple[str, int]:
        """Where it is."""
        host, port = self.socket.getsockname()
        return str(host), int(port)

    def sits(self, made: Desk, source: int, *, hears: bool = False, ours: int = 0, nack: bool = False) -> None:
        """All that is told to a desk before its first packet."""
        made.add(0, source, ours, OPUS, hears, Kind.WEBRTC)
        made.terms(source, RED, LEVEL, nack)
        keys = self.srtp.keys
        made.secure(source, keys.ours, keys.theirs if hears else None, keys.profile.openssl)
        made.routes(source, [self.route])
        made.gain(source, 1.0)

    def opus(self, peak: float = 0.2) -> bytes:
        """The next 20 ms."""
        when = (np.arange(TICK) + self._sent * TICK) / 48_000
        self._sent += 1
        return self._encoder.encode((peak * np.sin(2 * np.pi * self.hertz * when)).astype(np.float32))

    def protected(self, payload: bytes, sequence: int, **fields: int) -> bytes:
        """One packet as it goes out."""
        packet = Packet(
            payload_type=fields.get("payload_type", OPUS),
            sequence=sequence % 65_536,
            timestamp=fields.get("timestamp", sequence * TICK) % (1 << 32),
            ssrc=fields.get("ssrc", self.ssrc),
            payload=payload,
        )
        return self.srtp.protect(pack(packet))

    def say(self) -> None:
        """The next 20 ms, sent."""
        payload = self.opus()
        self.socket.send(self.protected(payload, self._sent))

    def listen(self) -> None:
        """Take what has come."""
        while True:
            try:
                self.raw.append(self.socket.recv(2_000))
            except BlockingIOError:
                return
            if not 192 <= self.raw[-1][1] <= 223:
                self.received.append(parse(self.srtp.unprotect(self.raw[-1])))

    def heard(self) -> Float:
        """All of it, decoded."""
        decoder = Decoder()
        return np.concatenate([decoder.decode(packet.payload).copy() for packet in self.received])


class Ears:
    """What a desk tells, kept."""

    def __init__(self, made: Desk) -> None:
        self.told: list[Told] = []
        self._desk = made

    def read(self) -> list[Told]:
        """All so far."""
        self.told += self._desk.read()
        return self.told

    def facts(self, source: int) -> list[Fact]:
        """Of one source, without meters."""
        return [each.fact for each in self.read() if each.source == source and each.fact is not Fact.METER]

    def traffic(self, source: int) -> Traffic | None:
        """The last that was told of one source's."""
        return next((each.traffic for each in reversed(self.read()) if each.source == source), None)


def counted(made: Desk, why: str, many: int = 1) -> None:
    """Wait until so many datagrams had that fate."""
    until(lambda: made.counts()[why] >= many)
    assert made.counts()[why] == many
