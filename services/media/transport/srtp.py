"""SRTP's keys (RFC 3711, AES-GCM: RFC 7714), and SRTCP behind one small face. Sound is protected by the tick thread."""

from enum import Enum
from typing import Protocol

import msgspec
import pylibsrtp


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


class Srtp(Protocol):
    """Both directions of one peer."""

    def protect_rtcp(self, packet: bytes) -> bytes:
        """A compound RTCP packet as it goes out."""

    def unprotect_rtcp(self, packet: bytes) -> bytes:
        """The compound RTCP packet that came. Raises NotAuthentic."""


class LibSrtp:
    """Srtp by libsrtp2, out of the wheel of pylibsrtp."""

    def __init__(self, keys: Keys) -> None:
        self._out = pylibsrtp.Session(_policy(keys.profile, keys.ours, pylibsrtp.Policy.SSRC_ANY_OUTBOUND))
        self._in = pylibsrtp.Session(_policy(keys.profile, keys.theirs, pylibsrtp.Policy.SSRC_ANY_INBOUND))

    def protect_rtcp(self, packet: bytes) -> bytes:
        """As Srtp."""
        return self._out.protect_rtcp(packet)

    def unprotect_rtcp(self, packet: bytes) -> bytes:
        """As Srtp."""
        try:
            return self._in.unprotect_rtcp(packet)
        except (pylibsrtp.Error, ValueError) as fault:
            raise NotAuthentic(str(fault)) from fault


def _policy(profile: Profile, key: bytes, direction: int) -> pylibsrtp.Policy:
    known = {
        Profile.AEAD_AES_128_GCM: pylibsrtp.Policy.SRTP_PROFILE_AEAD_AES_128_GCM,
        Profile.AES128_CM_SHA1_80: pylibsrtp.Policy.SRTP_PROFILE_AES128_CM_SHA1_80,
    }
    return pylibsrtp.Policy(key=key, ssrc_type=direction, srtp_profile=known[profile])
