"""Settings of the presence service."""

from pathlib import Path

import msgspec


class PresenceSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What it needs to know who reads: host and co-hosts see small numbers."""

    signing_key_file: Path
    public_url: str = "https://localhost:8443"
