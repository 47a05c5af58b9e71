"""What plays: a title, and who is heard in it."""

import msgspec


class Track(msgspec.Struct, frozen=True):
    """As a cart, a stream or its encoder names it."""

    title: str
    artist: str = ""
