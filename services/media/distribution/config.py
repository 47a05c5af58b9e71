"""Settings of an edge."""

import re
from pathlib import Path

import msgspec

from libs.events.air import AIR_BYTES, DVR_SECONDS

MINUTE = 60
ICE_SERVER = re.compile(r"(stun|turn)s?:[A-Za-z0-9.:\[\]-]+(\?transport=(udp|tcp))?")


class EdgeConfig(msgspec.Struct, frozen=True, kw_only=True):
    """`dvr_seconds` is how far back listeners may go, `air_bytes` what that may take on the broker's disk.
    A listener who takes nothing for `stall_seconds` is let go. `listeners_per_address` and `listeners_most` bound open
    streams; behind a proxy the address is the proxy's, unless TRUSTED_PROXIES names it. `listen_secret` signs listen
    tokens. `public_url` and `signing_key_file` verify who registers a source. `ice_servers` (such as
    stun:stun.example.net) are named to WHIP and WHEP clients; our own candidates need none.
    """

    listen_secret: str
    signing_key_file: Path
    public_url: str = "https://localhost:8443"
    dvr_seconds: int = DVR_SECONDS
    air_bytes: int = AIR_BYTES
    listeners_per_address: int = 500
    listeners_most: int = 5_000
    stall_seconds: float = 60.0
    ice_servers: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        mistakes = []
        if len(self.listen_secret) < 16:
            mistakes.append("LISTEN_SECRET has fewer than 16 characters; anybody could guess listen tokens")
        if self.dvr_seconds < MINUTE:
            mistakes.append("DVR_SECONDS is below 60; listeners need at least that much to begin")
        if any(ICE_SERVER.fullmatch(each) is None for each in self.ice_servers):
            mistakes.append("ICE_SERVERS are stun: or turn: URLs with commas between them")
        if mistakes:
            raise ValueError("\n".join(mistakes))
