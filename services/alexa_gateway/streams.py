"""Places to listen: a URL that any edge checks by itself, made anew for every play."""

from collections.abc import Callable
from urllib.parse import urlencode

from libs.events.fresh import fresh_id
from libs.events.ids import Milliseconds, RoomId, Samples
from services.alexa_gateway.replies import Listen

LASTS_SECONDS = 24 * 3600
"""A speaker comes back with the same URL whenever its connection broke."""


class Streams:
    """Makes the URL and the token; `sign(room, listener, expires)` is the installation's listen token."""

    def __init__(self, public_url: str, sign: Callable[[RoomId, str, int], str]) -> None:
        self._origin = public_url.rstrip("/")
        self._sign = sign

    def place(self, room: RoomId, rendition: str, start: Samples | None, now: Milliseconds) -> Listen:
        """Live, or from a moment in the past. The listen token is also the token of the AudioPlayer."""
        token = self._sign(room, fresh_id(), now // 1000 + LASTS_SECONDS)
        query = {"t": token} if start is None else {"t": token, "from": str(start)}
        return Listen(f"{self._origin}/live/{room}.{rendition}?{urlencode(query)}", token)
