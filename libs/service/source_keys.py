"""Source keys: the password of an encoder. 256 bits, shown once; only its hash is kept. A key proves who, and for which
programme or room; whether they may be heard is decided by their seat.
"""

import re
from hashlib import sha256
from secrets import token_urlsafe

import msgspec

from libs.events.ids import PersonId, ProgrammeId, RoomId

QUERY = "SourceKey"
"""The rooms service answers `qry.rooms.SourceKey`: a SourceKeyAsked, and a KeyHolder or `null`."""

FORM = re.compile(r"[A-Za-z0-9_-]{43}")


class SourceKeyAsked(msgspec.Struct, frozen=True, kw_only=True):
    """Whose key has this hash (base64 as msgspec writes bytes)?"""

    digest: bytes


class KeyHolder(msgspec.Struct, frozen=True, kw_only=True):
    """Whose a key is and what it is for: every room of a programme, or one room. `name` is the person's word for it."""

    id: str
    person: PersonId
    name: str
    programme: ProgrammeId | None = None
    room: RoomId | None = None


def new_source_key() -> str:
    """A fresh key, 43 characters that are safe in a URL and in Basic authentication."""
    return token_urlsafe(32)


def key_digest(key: str) -> bytes | None:
    """What is kept of a key; None for what can't be one. A plain hash: 256 random bits can't be guessed from it."""
    return sha256(key.encode()).digest() if FORM.fullmatch(key) else None
