"""SRTP's keys (RFC 3711, AES-GCM: RFC 7714), and SRTCP. Sound is protected by the tick thread."""

from enum import Enum

import msgspec

from services.media.engine.srtcp import Srtcp


class Profile(Enum):
    """DTLS-SRTP protection profiles (RFC 5764 section 4.1.2, RFC 7714 section 14.2): OpenSSL's name, bytes of a master
    key and of a master salt. In the order in which we like them.
    """

    AEAD_AES_128_GCM = ("SRTP_AEAD_AES_128_GCM", 16, 12)
    AES128_CM_SHA1_80 = ("SRTP_AES128_CM_SHA1_80", 16, 14)

    def __init__(self, openssl: str, key: int, salt: int) -> None:
        self.openssl = openssl
        self.key = key
        self.salt = salt


class Keys(msgspec.Struct, frozen=True):
    """Master key and salt of each direction, one after the other."""

    profile: Profile
    ours: bytes
    theirs: bytes


class NotAuthentic(ValueError):
    """A packet was not made with the peer's key, or came before."""


class Srtp:
    """Both directions of one peer's reports."""

    def __init__(self, keys: Keys) -> None:
        self._out = Srtcp(keys.profile.openssl, keys.ours, True)
        self._in = Srtcp(keys.profile.openssl, keys.theirs, False)

    def protect_rtcp(self, packet: bytes) -> bytes:
        """A compound RTCP packet as it goes out."""
        protected: bytes = self._out.protect(packet)
        return protected

    def unprotect_rtcp(self, packet: bytes) -> bytes:
        """The compound RTCP packet that came. Raises NotAuthentic."""
        found: bytes | None = self._in.unprotect(packet)
        if found is None:
            raise NotAuthentic(f"{len(packet)} bytes")
        return found
