"""Settings of the gateway."""

from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from libs.events.air import DVR_SECONDS

LOCAL_SKILL = "amzn1.ask.skill.local-"


class AlexaConfig(msgspec.Struct, frozen=True, kw_only=True):
    """`alexa_roots` and `alexa_cert_origin` let a local authority stand for Amazon's, so both are refused for a skill
    that Amazon knows and for an address that others can reach. `dvr_seconds` is how far back segments are kept.
    """

    public_url: str
    listen_secret: str
    alexa_skill_id: str
    alexa_roots: Path | None = None
    alexa_cert_origin: str | None = None
    dvr_seconds: int = DVR_SECONDS

    def __post_init__(self) -> None:
        mistakes = [
            f"{setting} is for a skill id that begins {LOCAL_SKILL} and a PUBLIC_URL on loopback only"
            for setting, value in (("ALEXA_ROOTS", self.alexa_roots), ("ALEXA_CERT_ORIGIN", self.alexa_cert_origin))
            if value is not None and not (self.alexa_skill_id.startswith(LOCAL_SKILL) and is_loopback(self.public_url))
        ]
        if urlsplit(self.public_url).scheme != "https":
            mistakes.append("PUBLIC_URL must begin https://, a speaker plays nothing else")
        if mistakes:
            raise ValueError("\n".join(mistakes))


def is_loopback(url: str) -> bool:
    """True when only this machine can be meant."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
