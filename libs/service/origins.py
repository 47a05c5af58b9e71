"""Where Parlor is reached, and who may say who they are."""

from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

import msgspec


class IdentitySettings(msgspec.Struct, frozen=True, kw_only=True):
    """`public_url` is the https origin that an Echo is told, `page_url` the one that people open. Signing in by a mere
    name lets anybody be anybody, so it is only for a `public_url` that nobody else can reach.
    """

    public_url: str = "https://localhost:8443"
    page_url: str = "http://localhost:8080"
    signing_key_file: Path
    sign_in_by_name: bool = True
    oauth_clients_file: Path | None = None

    def __post_init__(self) -> None:
        mistakes = [
            f"{name} must be an origin such as https://radio.example, without a path"
            for name, url in (("PUBLIC_URL", self.public_url), ("PAGE_URL", self.page_url))
            if not is_origin(url)
        ]
        if self.sign_in_by_name and not is_loopback(self.public_url):
            mistakes.append(
                "SIGN_IN_BY_NAME is on, but PUBLIC_URL can be reached by others, who could sign in as anybody; "
                "set SIGN_IN_BY_NAME=off"
            )
        if mistakes:
            raise ValueError("\n".join(mistakes))

    @property
    def secure_cookies(self) -> bool:
        """False when the page is on plain http."""
        return self.page_url.startswith("https:")


def is_origin(url: str) -> bool:
    """True for scheme, host and port alone."""
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and url.rstrip("/") == _origin(url)
    except ValueError:
        return False


def is_loopback(url: str) -> bool:
    """True when the URL's host can only mean this machine."""
    host = urlsplit(url).hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
