"""What a WHIP or WHEP client offers, as far as sound goes (RFC 8829, RFC 7587). Refusals say what would be right."""

import re
from enum import StrEnum

import msgspec

from services.media.errors import UnfitOffer
from services.media.transport.fingerprint import HASHES, Fingerprint, MalformedFingerprint
from services.media.transport.fingerprint import read as read_fingerprint
from services.media.transport.ice import Credentials
from services.media.transport.sdp import PWD, UFRAG, Description, Section, read

LEVEL = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"
OPUS = re.compile(r"(\d{1,3}) opus/48000/2", re.IGNORECASE)
RED = re.compile(r"(\d{1,3}) red/48000/2", re.IGNORECASE)
EXTENSION = re.compile(r"(\d{1,2})(?:/\w+)? (\S+)")
SSRC = re.compile(r"(\d{1,10}) cname:.*")


class Direction(StrEnum):
    """Who sends, from the writer's point of view (RFC 8866 section 6.7)."""

    SENDRECV = "sendrecv"
    SENDONLY = "sendonly"
    RECVONLY = "recvonly"
    INACTIVE = "inactive"


class Offer(msgspec.Struct, frozen=True):
    """`audio` is the index of the section that we answer; all others are turned down. Payload types and ids are the
    client's. `ssrc` is what it says it will send with.
    """

    sections: tuple[Section, ...]
    audio: int
    direction: Direction
    credentials: Credentials
    fingerprints: tuple[Fingerprint, ...]
    opus: int
    red: int | None = None
    level: int | None = None
    ssrc: int | None = None
    nack: bool = False
    reduced: bool = False

    @property
    def section(self) -> Section:
        """The one that we answer."""
        return self.sections[self.audio]


def to_send(text: str) -> Offer:
    """The offer of a client that will send sound (WHIP). Raises MalformedSdp or UnfitOffer."""
    offer = _read(text)
    if offer.direction not in (Direction.SENDONLY, Direction.SENDRECV):
        raise UnfitOffer(f"WHIP is for sending: the audio section is {offer.direction}, not sendonly")
    return offer


def to_receive(text: str) -> Offer:
    """The offer of a client that wants to hear (WHEP). Raises MalformedSdp or UnfitOffer."""
    offer = _read(text)
    if offer.direction not in (Direction.RECVONLY, Direction.SENDRECV):
        raise UnfitOffer(f"WHEP is for receiving: the audio section is {offer.direction}, not recvonly")
    return offer


def _read(text: str) -> Offer:
    whole = read(text)
    at = next((n for n, each in enumerate(whole.sections) if each.kind == "audio" and each.port != "0"), None)
    if at is None:
        raise UnfitOffer("the offer has no audio section; a room is made of sound")
    section = whole.sections[at]
    _check_transport(whole, section)
    opus = _payload(section, OPUS)
    if opus is None:
        raise UnfitOffer("the audio section offers no opus/48000/2, the only codec that is taken")
    return Offer(
        sections=whole.sections,
        audio=at,
        direction=_direction(whole, section),
        credentials=_credentials(whole, section),
        fingerprints=_fingerprints(whole, section),
        opus=opus,
        red=_red(section, opus),
        level=_level(section),
        ssrc=_ssrc(section),
        nack=f"{opus} nack" in section.attributes.every("rtcp-fb"),
        reduced=section.attributes.first("rtcp-rsize") is not None,
    )


def _check_transport(whole: Description, section: Section) -> None:
    if section.protocol not in ("UDP/TLS/RTP/SAVPF", "UDP/TLS/RTP/SAVP", "TCP/DTLS/RTP/SAVPF"):
        raise UnfitOffer(f"the audio section is {section.protocol}; only UDP/TLS/RTP/SAVPF is encrypted with DTLS-SRTP")
    if section.attributes.first("rtcp-mux") is None:
        raise UnfitOffer("the audio section lacks a=rtcp-mux; RTCP has no port of its own here")
    setup = section.attributes.first("setup") or whole.attributes.first("setup") or "actpass"
    if setup not in ("actpass", "active"):
        raise UnfitOffer(f"a=setup:{setup[:20]} leaves the DTLS handshake to us; offer actpass or active")


def _direction(whole: Description, section: Section) -> Direction:
    for level in (section.attributes, whole.attributes):
        for name, _ in level.lines:
            if name in Direction.__members__.values():
                return Direction(name)
    return Direction.SENDRECV


def _credentials(whole: Description, section: Section) -> Credentials:
    ufrag, pwd = (
        section.attributes.first(name) or whole.attributes.first(name) or "" for name in ("ice-ufrag", "ice-pwd")
    )
    return credentials(ufrag, pwd)


def credentials(ufrag: str, pwd: str) -> Credentials:
    """Those of a client. Raises UnfitOffer."""
    if UFRAG.fullmatch(ufrag) is None or PWD.fullmatch(pwd) is None:
        raise UnfitOffer("a=ice-ufrag (4 to 256 characters) and a=ice-pwd (22 to 256) of RFC 8839 are needed")
    return Credentials(ufrag, pwd)


def _fingerprints(whole: Description, section: Section) -> tuple[Fingerprint, ...]:
    lines = section.attributes.every("fingerprint") or whole.attributes.every("fingerprint")
    try:
        found = tuple(read_fingerprint(line) for line in lines)
    except MalformedFingerprint as fault:
        raise UnfitOffer(str(fault)) from fault
    if not any(each.algorithm in HASHES for each in found):
        raise UnfitOffer(f"the offer has no a=fingerprint by {', '.join(HASHES)}")
    return found


def _payload(section: Section, codec: re.Pattern[str]) -> int | None:
    for line in section.attributes.every("rtpmap"):
        match = codec.fullmatch(line)
        if match is not None and match[1] in section.formats and int(match[1]) < 128:
            return int(match[1])
    return None


def _red(section: Section, opus: int) -> int | None:
    red = _payload(section, RED)
    carried = f"{red} {opus}/"
    return red if any(line.startswith(carried) for line in section.attributes.every("fmtp")) else None


def _level(section: Section) -> int | None:
    for line in section.attributes.every("extmap"):
        match = EXTENSION.match(line)
        if match is not None and match[2] == LEVEL and 1 <= int(match[1]) <= 14:
            return int(match[1])
    return None


def _ssrc(section: Section) -> int | None:
    for line in section.attributes.every("ssrc"):
        match = SSRC.fullmatch(line)
        if match is not None and 0 < int(match[1]) < 1 << 32:
            return int(match[1])
    return None
