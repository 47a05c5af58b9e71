"""Signing in by name at the Parlor of this machine."""

from collections.abc import Mapping

import httpx
import msgspec

from libs.events.embedded.faults import Fault

PATIENCE = 10.0


class SignedIn(msgspec.Struct, frozen=True):
    """What the border answers."""

    access_token: str


def access_token(name: str, environ: Mapping[str, str]) -> str:
    """A token for this person. Raises Fault when nothing runs here or the name is turned down."""
    page = (environ.get("PAGE_URL") or f"http://localhost:{environ.get('HTTP_PORT') or 8080}").rstrip("/")
    try:
        answer = httpx.post(f"{page}/api/sign-in", json={"name": name}, timeout=PATIENCE, headers={"Origin": page})
    except httpx.TransportError:
        raise Fault(f"nothing answers at {page}: start Parlor with `parlor up`, or set PAGE_URL") from None
    if answer.status_code >= 400:
        raise Fault(f"{page} does not sign {name!r} in: {detail(answer)}")
    return msgspec.json.decode(answer.content, type=SignedIn).access_token


def detail(answer: httpx.Response) -> str:
    """The sentence in a problem document, else the status."""
    try:
        return str(answer.json()["detail"])
    except (ValueError, KeyError, TypeError):
        return f"status {answer.status_code}"
