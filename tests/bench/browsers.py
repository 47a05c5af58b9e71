"""The crowd of crowd.py, if they come by WebRTC: the same packets under SRTP."""

import socket

from services.media.engine.desk import Desk
from services.media.engine.kind import Kind
from services.media.mixing.rtp import Packet, pack
from services.media.transport.srtp import Profile
from tests.bench.crowd import Crowd
from tests.unit.media.srtp import Libsrtp, keys_of


class Browsers(Crowd):
    """By AES-GCM, as every browser does when it is asked."""

    def __init__(self, voices: list[list[bytes]], hushed: bytes) -> None:
        super().__init__(voices, hushed)
        self._srtp: dict[int, Libsrtp] = {}

    def sit(self, desk: Desk, room: int, number: int, line: socket.socket) -> None:
        """As Crowd."""
        profile = Profile.AEAD_AES_128_GCM
        srtp = self._srtp[number] = Libsrtp(keys_of(profile, number % 251))
        desk.add(room, number, 90_000 + number, 111, True, Kind.WEBRTC)
        desk.terms(number, 63, 1, False)
        desk.secure(number, srtp.keys.ours, srtp.keys.theirs, profile.openssl)
        desk.routes(number, [line.getsockname()])

    def packed(self, number: int, packet: Packet) -> bytes:
        """As Crowd."""
        return self._srtp[number].protect(pack(packet))
