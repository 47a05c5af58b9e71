"""Listen tokens (`?t=`): who may hear which room until when, checked without asking anybody.

`<listener>-<expiry>-<mac>`: expiry in seconds since 1970, mac = the first 16 bytes of HMAC-SHA256 over room, listener
and expiry, base64url. The room is not inside, it is in the path. Safe in a URL, in a subject and in an AudioPlayer
token. Reusable until it expires, because an Echo opens a stream twice and returns after a pause.
"""

import hmac
from base64 import urlsafe_b64encode
from hashlib import sha256

from libs.events.ids import RoomId, checked_id

LONGEST = 96


def listen_token(secret: bytes, room: RoomId, listener: str, expires: int) -> str:
    """A token for one listener in one room. Raises MalformedId when `listener` is no id."""
    return f"{checked_id(listener)}-{expires}-{_mac(secret, room, listener, expires)}"


def check_listen_token(secret: bytes, room: RoomId, token: str, now: int) -> str | None:
    """The listener whom the token names; None when it is forged, for another room, or expired at `now` (seconds)."""
    listener, _, rest = token[:LONGEST].partition("-")
    digits, _, mac = rest.partition("-")
    if not (digits.isascii() and digits.isdecimal()) or len(token) > LONGEST:
        return None
    expires = int(digits)
    genuine = hmac.compare_digest(mac.encode(), _mac(secret, room, listener, expires).encode())
    return listener if genuine and now < expires else None


def _mac(secret: bytes, room: RoomId, listener: str, expires: int) -> str:
    said = f"parlor-listen-1\0{room}\0{listener}\0{expires}".encode()
    return urlsafe_b64encode(hmac.digest(secret, said, sha256)[:16]).rstrip(b"=").decode()
