"""The clients that may ask for links: a JSON file (OAUTH_CLIENTS_FILE), a list with one object for each.

    [{"client": "alexa", "name": "Alexa", "secret": "…", "redirect_uris": ["https://pitangui.amazon.com/…"]}]

Without `secret` a client is public. The file is a secret; of the secrets in it we keep only hashes.
"""

from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from libs.service.config import Misconfigured
from libs.service.oauth import Client
from libs.service.origins import is_loopback


class _Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    client: str
    name: str
    redirect_uris: tuple[str, ...]
    secret: str | None = None


def read_clients(path: Path | None) -> list[Client]:
    """The clients in the file; none without a file. Raises Misconfigured."""
    if path is None:
        return []
    try:
        entries = msgspec.json.decode(path.read_bytes(), type=list[_Entry])
    except OSError as fault:
        raise Misconfigured([f"OAUTH_CLIENTS_FILE: can't read {path}: {fault.strerror}"]) from fault
    except msgspec.DecodeError as fault:
        raise Misconfigured([f"OAUTH_CLIENTS_FILE: {fault}"]) from fault
    mistakes = [
        f"OAUTH_CLIENTS_FILE: {uri} of client {entry.client} must be https without a fragment"
        for entry in entries
        for uri in entry.redirect_uris
        if not _fit(uri)
    ]
    if mistakes:
        raise Misconfigured(mistakes)
    return [
        Client(
            client=entry.client,
            name=entry.name,
            redirect_uris=entry.redirect_uris,
            secret_hash=sha256(entry.secret.encode()).digest() if entry.secret is not None else None,
        )
        for entry in entries
    ]


def _fit(uri: str) -> bool:
    """RFC 6749 section 3.1.2; plain http only on this machine (RFC 8252 section 7.3)."""
    parts = urlsplit(uri)
    return "#" not in uri and (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(uri)))
