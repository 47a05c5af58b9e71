"""Who may come in to listen, and how many at a time."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import msgspec

from libs.events.ids import ID, RoomId, Samples
from libs.events.rooms import RoomKind
from libs.service.listen_tokens import check_listen_token
from services.media.distribution.config import EdgeConfig
from services.media.distribution.errors import (
    EdgeFull,
    MalformedFrom,
    NoSuchRendition,
    NotOnAirYet,
    OffAir,
    TokenInvalid,
    TokenNeeded,
    TooManyStreams,
)
from services.media.distribution.formats import FORMATS, Format
from services.media.distribution.rooms import Rooms
from services.media.distribution.state import Room, Stage
from services.media.errors import NoSuchRoom

DIGITS = 15


class Wish(msgspec.Struct, frozen=True):
    """What somebody who was let in wants to hear. `token` is who they are; None for a passer-by."""

    room: RoomId
    form: Format
    token: str | None
    since: Samples | None


class Doors:
    """Lets in or refuses. `clock` gives seconds since 1970, for the tokens' expiry."""

    def __init__(self, config: EdgeConfig, rooms: Rooms, clock: Callable[[], float]) -> None:
        self._config = config
        self._secret = config.listen_secret.encode()
        self._rooms = rooms
        self._clock = clock
        self._open: Counter[str] = Counter()

    def admit(self, name: str, token: str | None, since: str | None) -> Wish:
        """`name` is `<room>.<rendition>`. Raises the refusal that fits first."""
        identity, _, rendition = name.partition(".")
        form = FORMATS.get(rendition)
        if form is None:
            known = " and ".join(f".{each}" for each in FORMATS)
            raise NoSuchRendition(f"a room's streams end in {known}, not {rendition[:20]!r}")
        if ID.fullmatch(identity) is None:
            raise NoSuchRoom("there is no room of this name; an id is 10 to 32 of a-z and 0-9")
        room = RoomId(identity)
        self._check_room(room, self._rooms.get(room))
        self._check_token(room, token)
        return Wish(room, form, token, media_time(since))

    @contextmanager
    def inside(self, address: str) -> Iterator[None]:
        """Counts a stream while it lasts. Raises TooManyStreams or EdgeFull."""
        if self._open[address] >= self._config.listeners_per_address:
            most = self._config.listeners_per_address
            raise TooManyStreams(f"{most} streams are open to this address; close one first")
        if self._open.total() >= self._config.listeners_most:
            raise EdgeFull("this server has as many listeners as it can serve; try again in a moment")
        self._open[address] += 1
        try:
            yield
        finally:
            self._open[address] -= 1
            if not self._open[address]:
                del self._open[address]

    def _check_room(self, name: RoomId, room: Room) -> None:
        match room.stage:
            case Stage.UNKNOWN:
                raise NoSuchRoom(f"there is no room {name}")
            case Stage.OPEN:
                raise NotOnAirYet(f"room {name} is open but not live yet; try again when its host has gone live")
            case Stage.OVER:
                raise OffAir(f"room {name} has ended")
            case Stage.LIVE:
                return

    def _check_token(self, room: RoomId, token: str | None) -> None:
        if token is None:
            if self._rooms.get(room).kind is not RoomKind.OPEN:
                raise TokenNeeded(f"room {room} is for the invited; the address needs ?t= with a listen token")
            return
        if check_listen_token(self._secret, room, token, int(self._clock())) is None:
            raise TokenInvalid(f"this listen token is not valid for room {room}, or no longer; ask for a new one")


def media_time(text: str | None) -> Samples | None:
    """What `from` says. Raises MalformedFrom."""
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= DIGITS):
        raise MalformedFrom(f"from is a media time in samples, up to {DIGITS} digits, not {text[:20]!r}")
    return Samples(int(text))
