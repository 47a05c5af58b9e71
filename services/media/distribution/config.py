"""Settings of an edge."""

from pathlib import Path

import msgspec

from libs.events.air import AIR_BYTES, DVR_SECONDS

MINUTE = 60


class EdgeConfig(msgspec.Struct, frozen=True, kw_only=True):
    """`dvr_seconds` is how far back listeners may go, `air_bytes` what that may take on the broker's disk.
    A listener who takes nothing for `stall_seconds` is let go. `listeners_per_address` and `listeners_most` bound open
    streams; behind a proxy the address is the proxy's, unless TRUSTED_PROXIES names it. `listen_secret` signs listen
    tokens. `public_url` and `signing_key_file` verify who registers a source.
    """

    listen_secret: str
    signing_key_file: Path
    public_url: str = "https://localhost:8443"
    dvr_seconds: int = DVR_SECONDS
    air_bytes: int = AIR_BYTES
    listeners_per_address: int = 500
    listeners_most: int = 5_000
    stall_seconds: float = 60.0

    def __post_init__(self) -> None:
        mistakes = []
        if len(self.listen_secret) < 16:
            mistakes.append("LISTEN_SECRET has fewer than 16 characters; anybody could guess listen tokens")
        if self.dvr_seconds < MINUTE:
            mistakes.append("DVR_SECONDS is below 60; listeners need at least that much to begin")
        if mistakes:
            raise ValueError("\n".join(mistakes))
