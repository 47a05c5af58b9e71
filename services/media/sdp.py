"""What a sender must know, as a session description (RFC 8866, RFC 7587), for programs that read one."""

from ipaddress import ip_address

PAYLOAD_TYPE = 111


def describe(name: str, host: str, port: int, ssrc: int, *, listens: bool = False) -> str:
    """One Opus stream, that we receive, or send as well; the level extension is RFC 6464."""
    family = "IP6" if _version(host) == 6 else "IP4"
    lines = [
        "v=0",
        f"o=parlor {ssrc} 1 IN {family} {host}",
        f"s={' '.join(name.split()) or '-'}",
        f"c=IN {family} {host}",
        "t=0 0",
        f"m=audio {port} RTP/AVP {PAYLOAD_TYPE}",
        f"a=rtpmap:{PAYLOAD_TYPE} opus/48000/2",
        f"a=fmtp:{PAYLOAD_TYPE} minptime=10;useinbandfec=1",
        "a=ptime:20",
        "a=rtcp-mux",
        "a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level",
        f"a=ssrc:{ssrc} cname:parlor",
        "a=sendrecv" if listens else "a=recvonly",
    ]
    return "\r\n".join([*lines, ""])


def _version(host: str) -> int:
    try:
        return ip_address(host).version
    except ValueError:
        return 4
