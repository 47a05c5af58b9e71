"""Our session descriptions: the answer to an offer, and the fragment that answers an ICE restart."""

from collections.abc import Iterable
from ipaddress import ip_address

import msgspec

from services.media.transport.fingerprint import Fingerprint
from services.media.transport.ice import Credentials
from services.media.transport.offer import LEVEL, Direction, Offer
from services.media.transport.sdp import Section

CONTENT_TYPE = "application/sdp"
UDP_PRIORITY = 2_130_706_431
TCP_PRIORITY = 1_671_430_143
"""Type preference 126, and less for TCP, which is for networks that let no UDP out (RFC 8445 5.1.2.1, RFC 6544 4.2)."""


class Place(msgspec.Struct, frozen=True):
    """Where we are reached: a UDP port, and perhaps a TCP port that takes ICE-TCP connections."""

    host: str
    port: int
    tcp: int | None = None


class Ours(msgspec.Struct, frozen=True):
    """Our side. `ssrc` is what we send with, when we send."""

    session: int
    credentials: Credentials
    fingerprint: Fingerprint
    place: Place
    ssrc: int | None = None


def answer(offer: Offer, ours: Ours) -> str:
    """The answer: sound in one direction, everything else turned down."""
    lines = [
        "v=0",
        f"o=- {ours.session} 1 IN {_family(ours.place.host)} {ours.place.host}",
        "s=-",
        "t=0 0",
        "a=ice-lite",
    ]
    if offer.section.mid:
        lines.append(f"a=group:BUNDLE {offer.section.mid}")
    for at, section in enumerate(offer.sections):
        lines += _sound(offer, ours) if at == offer.audio else _turned_down(section)
    return _joined(lines)


def restarted(offer: Offer, ours: Ours) -> str:
    """New credentials, as RFC 8840 writes them (RFC 9725 section 4.3.3)."""
    lines = ["a=ice-lite", *([f"a=group:BUNDLE {offer.section.mid}"] if offer.section.mid else [])]
    lines += [_media(offer, ours), *_mid(offer.section), *_reached(ours)]
    return _joined(lines)


def _sound(offer: Offer, ours: Ours) -> list[str]:
    sends = ours.ssrc is not None
    lines = [
        _media(offer, ours),
        f"c=IN {_family(ours.place.host)} {ours.place.host}",
        *_mid(offer.section),
        f"a={Direction.SENDONLY if sends else Direction.RECVONLY}",
        "a=rtcp-mux",
        *(["a=rtcp-rsize"] if offer.reduced else []),
        f"a=fingerprint:{ours.fingerprint.algorithm} {ours.fingerprint.value}",
        "a=setup:passive",
        *_reached(ours),
    ]
    return lines + _codecs(offer, sends=sends) + (_sender(ours) if sends else [])


def _media(offer: Offer, ours: Ours) -> str:
    formats = [offer.opus] if ours.ssrc is not None or offer.red is None else [offer.red, offer.opus]
    return f"m=audio {ours.place.port} {offer.section.protocol} {' '.join(map(str, formats))}"


def _codecs(offer: Offer, *, sends: bool) -> list[str]:
    lines = [
        f"a=rtpmap:{offer.opus} opus/48000/2",
        f"a=fmtp:{offer.opus} minptime=10;useinbandfec=1",
        "a=ptime:20",
    ]
    if offer.red is not None and not sends:
        lines += [f"a=rtpmap:{offer.red} red/48000/2", f"a=fmtp:{offer.red} {offer.opus}/{offer.opus}"]
    if offer.nack and sends:
        lines.append(f"a=rtcp-fb:{offer.opus} nack")
    if offer.level is not None and not sends:
        lines.append(f"a=extmap:{offer.level} {LEVEL}")
    return lines


def _sender(ours: Ours) -> list[str]:
    return ["a=msid:parlor parlor", f"a=ssrc:{ours.ssrc} cname:parlor", f"a=ssrc:{ours.ssrc} msid:parlor parlor"]


def _reached(ours: Ours) -> list[str]:
    place = ours.place
    lines = [
        f"a=ice-ufrag:{ours.credentials.ufrag}",
        f"a=ice-pwd:{ours.credentials.pwd}",
        f"a=candidate:1 1 udp {UDP_PRIORITY} {place.host} {place.port} typ host",
    ]
    if place.tcp is not None:
        lines.append(f"a=candidate:2 1 tcp {TCP_PRIORITY} {place.host} {place.tcp} typ host tcptype passive")
    return [*lines, "a=end-of-candidates"]


def _turned_down(section: Section) -> list[str]:
    formats = " ".join(section.formats[:1]) or "0"
    return [f"m={section.kind} 0 {section.protocol} {formats}", "c=IN IP4 0.0.0.0", *_mid(section), "a=inactive"]


def _mid(section: Section) -> list[str]:
    return [f"a=mid:{section.mid}"] if section.mid else []


def _family(host: str) -> str:
    return f"IP{ip_address(host).version}"


def _joined(lines: Iterable[str]) -> str:
    return "".join(f"{line}\r\n" for line in lines)
