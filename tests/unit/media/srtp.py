"""Another SRTP than ours: libsrtp, out of the wheel of pylibsrtp."""

import pylibsrtp

from services.media.transport.srtp import Keys, NotAuthentic, Profile

POLICIES = {
    Profile.AEAD_AES_128_GCM: pylibsrtp.Policy.SRTP_PROFILE_AEAD_AES_128_GCM,
    Profile.AES128_CM_SHA1_80: pylibsrtp.Policy.SRTP_PROFILE_AES128_CM_SHA1_80,
}


class Libsrtp:
    """Both directions of one peer: sound as well as reports."""

    def __init__(self, keys: Keys) -> None:
        self.keys = keys
        self._out = pylibsrtp.Session(_policy(keys.profile, keys.ours, pylibsrtp.Policy.SSRC_ANY_OUTBOUND))
        self._in = pylibsrtp.Session(_policy(keys.profile, keys.theirs, pylibsrtp.Policy.SSRC_ANY_INBOUND))

    def protect(self, packet: bytes) -> bytes:
        """An RTP packet as it goes out."""
        return self._out.protect(packet)

    def unprotect(self, packet: bytes) -> bytes:
        """The RTP packet that came. Raises NotAuthentic."""
        try:
            return self._in.unprotect(packet)
        except (pylibsrtp.Error, ValueError) as fault:
            raise NotAuthentic(str(fault)) from fault

    def protect_rtcp(self, packet: bytes) -> bytes:
        """A compound RTCP packet as it goes out."""
        return self._out.protect_rtcp(packet)

    def unprotect_rtcp(self, packet: bytes) -> bytes:
        """The compound RTCP packet that came. Raises NotAuthentic."""
        try:
            return self._in.unprotect_rtcp(packet)
        except (pylibsrtp.Error, ValueError) as fault:
            raise NotAuthentic(str(fault)) from fault


def keys_of(profile: Profile, seed: int) -> Keys:
    """Different ones for each seed, and for each direction."""
    size = profile.key + profile.salt
    ours = bytes((seed + n) % 256 for n in range(size))
    return Keys(profile, ours, bytes((seed * 7 + n) % 256 for n in range(size)))


def turned(keys: Keys) -> Keys:
    """What the other end works with."""
    return Keys(keys.profile, keys.theirs, keys.ours)


def _policy(profile: Profile, key: bytes, direction: int) -> pylibsrtp.Policy:
    policy = pylibsrtp.Policy(key=key, ssrc_type=direction, srtp_profile=POLICIES[profile])
    policy.window_size = 128
    return policy
